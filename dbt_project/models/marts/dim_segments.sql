{% set texts = [
    'description', 'description_zh', 'rule_text', 'rule_text_zh', 'short_rule', 'short_rule_zh',
    'typical_customer', 'typical_customer_zh',
] %}
{% set plays = [
    'recommended_action', 'recommended_action_zh', 'offer', 'offer_zh', 'channel', 'channel_zh',
    'message_angle', 'message_angle_zh', 'service_level', 'service_level_zh', 'contact_limit',
    'contact_limit_zh', 'contact_limit_count', 'contact_limit_days',
] %}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

schemes as (

    select
        scheme,
        kind,
        allowed_use,
        allowed_use_zh,
        forbidden_uses
    from {{ ref('segment_schemes') }}

),

catalogue as (

    select
        scheme,
        segment_id,
        segment_name,
        segment_name_zh,
        {% for text in texts %}
        {{ text }},
        {% endfor %}
        rule_precision,
        rule_recall,
        status,
        successor_of,
        worth_rank,
        first_seen,
        last_seen
    from {{ ref('segment_catalogue') }}

),

seen as (

    select
        scheme,
        segment_id,
        min(as_of_date) as first_seen,
        max(as_of_date) as last_seen
    from {{ ref('segment_nights') }}
    group by scheme, segment_id

),

available as (

    select distinct nights.scheme
    from {{ ref('segment_nights') }} as nights
    inner join night on nights.as_of_date = night.as_of_date

),

{# All segments of tonight's schemes, also empty ones, and every segment that history names. #}
segments as (

    select
        coalesce(catalogue.scheme, seen.scheme) as scheme,
        coalesce(catalogue.segment_id, seen.segment_id) as segment_id,
        coalesce(catalogue.segment_name, seen.segment_id) as segment_name,
        coalesce(catalogue.segment_name_zh, seen.segment_id) as segment_name_zh,
        {% for text in texts %}
        catalogue.{{ text }},
        {% endfor %}
        catalogue.rule_precision,
        catalogue.rule_recall,
        {# Own rules can be taken out of the settings; what they gave stays in the history. #}
        case
            when catalogue.segment_id is null and coalesce(schemes.kind, 'own') = 'own'
                then 'retired'
            else coalesce(catalogue.status, 'active')
        end as status,
        case
            when catalogue.segment_id is null and coalesce(schemes.kind, 'own') = 'own'
                then 'The rule is no longer in strata.yml.'
        end as status_reason,
        catalogue.successor_of,
        catalogue.worth_rank,
        coalesce(seen.first_seen, catalogue.first_seen) as first_seen,
        coalesce(seen.last_seen, catalogue.last_seen) as last_seen
    from catalogue
    full outer join seen on catalogue.segment_id = seen.segment_id
    left join available on catalogue.scheme = available.scheme
    left join schemes on coalesce(catalogue.scheme, seen.scheme) = schemes.scheme
    where available.scheme is not null or seen.segment_id is not null

),

unavailable as (

    select
        scheme,
        segment_id,
        status_reason
    from {{ ref('unavailable_schemes') }}

),

listed as (

    select *
    from segments
    union all
    select
        unavailable.scheme,
        unavailable.segment_id,
        'Not available' as segment_name,
        '不可用' as segment_name_zh,
        {% for text in texts %}
        cast(null as varchar) as {{ text }},
        {% endfor %}
        cast(null as double) as rule_precision,
        cast(null as double) as rule_recall,
        'not_available' as status,
        unavailable.status_reason,
        cast(null as varchar) as successor_of,
        cast(null as integer) as worth_rank,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from unavailable

)

select
    night.as_of_date,
    night.run_id,
    listed.scheme,
    listed.segment_id,
    listed.segment_name,
    listed.segment_name_zh,
    {% for text in texts %}
    listed.{{ text }},
    {% endfor %}
    {% for play in plays %}
    segment_plays.{{ play }},
    {% endfor %}
    listed.rule_precision,
    listed.rule_recall,
    coalesce(schemes.allowed_use, 'Reporting on the past; the scheme is no longer in use.')
        as allowed_use,
    coalesce(schemes.allowed_use_zh, '仅用于回顾过去的报表；该方案已不再使用。') as allowed_use_zh,
    coalesce(
        schemes.forbidden_uses,
        'automated_decision,credit_offer,individual_price,insurance_offer,marketing'
    ) as forbidden_uses,
    listed.status,
    listed.status_reason,
    listed.successor_of,
    listed.worth_rank,
    listed.first_seen,
    listed.last_seen
from listed
cross join night
left join schemes on listed.scheme = schemes.scheme
left join {{ ref('segment_plays') }} as segment_plays
    on listed.segment_id = segment_plays.segment_id
