{# Within a tenth of the first limit of the next segment counts as borderline. #}
{% set borderline = 0.1 %}

with

night as (

    select language
    from {{ source('ops', 'night') }}

),

{# What comes next if the customer stays silent, and in how many days. #}
followed as (

    select
        staged.*,
        case
            when staged.stage in ('new', 'active') then 'at_risk'
            when staged.stage = 'reactivated' and staged.days_since_return > staged.recency_days
                then 'active'
            when staged.stage = 'reactivated' then 'at_risk'
            when staged.stage = 'at_risk' then 'dormant'
            when staged.stage = 'dormant' then 'churned'
        end as next_stage,
        case
            when staged.stage in ('new', 'active') then staged.limit_1 - staged.recency_days
            when staged.stage = 'reactivated' then staged.limit_1 - staged.days_since_return
            when staged.stage = 'at_risk' then staged.limit_2 - staged.recency_days
            when staged.stage = 'dormant' then staged.limit_3 - staged.recency_days
        end as days_to_next
    from {{ ref('lifecycle_stages') }} as staged

),

scored as (

    {# Silence in units of the first limit: 1 is where a customer becomes at risk. #}
    select
        followed.*,
        {{ ratio_of('followed.recency_days', 'followed.limit_1') }} as score,
        {{ ratio_of('followed.days_to_next', 'followed.limit_1') }} as margin
    from followed

)

select
    scored.as_of_date,
    scored.customer_id,
    'lifecycle' as scheme,
    'lifecycle.' || scored.stage as segment_id,
    scored.score,
    scored.margin,
    coalesce(scored.margin < {{ borderline }}, false) as is_borderline,
    'lifecycle.' || scored.next_stage as next_segment_id,
    case
        when scored.recency_days is null
            then {{ said('lifecycle.no_order', {'stage': 'scored.stage'}) }}
        else
            {{ said('lifecycle.silence', {
                'stage': 'scored.stage', 'days': 'scored.recency_days',
                'limit': as_whole('floor(scored.limit_1)')}) }}
    end as reason_1,
    case
        when scored.gaps > 0
            then
                {{ said('lifecycle.rhythm', {
                    'mean': as_money('1.0 * scored.gap_days / scored.gaps'),
                    'gaps': 'scored.gaps'}) }}
        when scored.recency_days is not null then {{ said('lifecycle.no_rhythm') }}
    end as reason_2,
    case
        when scored.stage = 'reactivated'
            then
                {{ said('lifecycle.return', {
                    'days': 'scored.days_since_return', 'silence': 'scored.silence_days'}) }}
        when scored.recency_days is not null
            then
                {{ said('lifecycle.limits', {
                    'first': as_whole('floor(scored.limit_1)'),
                    'second': as_whole('floor(scored.limit_2)'),
                    'third': as_whole('floor(scored.limit_3)')}) }}
    end as reason_3
from scored
cross join night

union all

{# Accounts with contracts; of the two parts one has no rows. #}
select
    {{ scheme_columns() | indent(4) }}
from {{ ref('lifecycle_by_contract') }}
