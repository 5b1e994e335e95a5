{# Within a tenth of the first limit of the next segment counts as borderline. #}
{% set borderline = 0.1 %}

with

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
    'Stage ' || replace(scored.stage, '_', ' ') || ': '
    || case
        when scored.recency_days is null then 'no counted order yet'
        else
            {{ days_phrase('scored.recency_days', 'last order', 'ago') }}
            || '; limit ' || {{ as_whole('floor(scored.limit_1)') }}
    end as reason_1,
    case
        when scored.gaps > 0
            then
                'Own rhythm: ' || {{ as_money('1.0 * scored.gap_days / scored.gaps') }}
                || ' days on average over ' || {{ counted('scored.gaps', 'gap') }}
        when scored.recency_days is not null
            then 'Own rhythm: one order day so far, so the account''s rhythm counts'
    end as reason_2,
    case
        when scored.stage = 'reactivated'
            then
                'Came back ' || {{ counted('scored.days_since_return', 'day') }}
                || ' ago after ' || {{ counted('scored.silence_days', 'day') }} || ' of silence'
        when scored.recency_days is not null
            then
                'Limits: at risk after ' || {{ as_whole('floor(scored.limit_1)') }}
                || ', dormant after ' || {{ as_whole('floor(scored.limit_2)') }}
                || ', churned after ' || {{ as_whole('floor(scored.limit_3)') }} || ' days'
    end as reason_3
from scored
