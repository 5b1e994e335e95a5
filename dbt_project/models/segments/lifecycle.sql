{# Within a tenth of the first limit of the next segment counts as borderline. #}
{% set borderline = 0.1 %}

with

cadence as (

    select
        parameters.r,
        parameters.alpha,
        night.lifecycle_min_days_1,
        night.lifecycle_min_days_2,
        night.lifecycle_min_days_3
    from {{ source('ml', 'cadence_parameters') }} as parameters
    inner join {{ source('ops', 'night') }} as night
        on parameters.as_of_date = night.as_of_date
    {# An account with contracts has no silence to read: its lifecycle is the contract's. #}
    where parameters.status = 'available' and night.relationship = 'non_contractual'

),

customers as (

    select
        rfm.customer_id,
        rfm.recency_days,
        rfm.gaps,
        rfm.gap_days,
        {% for quantile in ['0.8', '0.95', '0.99'] %}
        {{ cadence_limit(quantile, 'rfm.gaps', 'rfm.gap_days',
            'cadence.lifecycle_min_days_' ~ loop.index) }} as limit_{{ loop.index }},
        {% endfor %}
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join cadence

),

{# Returns after a silence that was unusual for what was known of the customer before it. #}
returns as (

    select
        order_days.customer_id,
        order_days.order_date,
        order_days.gap_days
    from {{ ref('counted_order_days') }} as order_days
    cross join cadence
    where
        order_days.gap_days > {{ cadence_limit('0.95', 'order_days.gaps_before',
            'order_days.gap_days_before', 'cadence.lifecycle_min_days_2') }}

),

latest_returns as (

    select
        returns.customer_id,
        max(returns.order_date) as return_date,
        max_by(returns.gap_days, returns.order_date) as silence_days
    from returns
    group by returns.customer_id

),

measured as (

    select
        customers.*,
        latest_returns.silence_days,
        {{ days_between('latest_returns.return_date', 'customers.as_of_date') }}
            as days_since_return
    from customers
    left join latest_returns on customers.customer_id = latest_returns.customer_id

),

{# The order of the rules is part of the definition. #}
staged as (

    select
        measured.*,
        case
            when measured.recency_days is null then 'prospect'
            when measured.recency_days > measured.limit_3 then 'churned'
            when measured.recency_days > measured.limit_2 then 'dormant'
            when measured.recency_days > measured.limit_1 then 'at_risk'
            when measured.gaps = 0 then 'new'
            when measured.days_since_return <= measured.limit_1 then 'reactivated'
            else 'active'
        end as stage
    from measured

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
    from staged

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
        else {{ days_phrase('scored.recency_days', 'last order', 'ago') }}
            || '; limit ' || {{ as_whole('floor(scored.limit_1)') }}
    end as reason_1,
    case
        when scored.gaps > 0
            then 'Own rhythm: ' || {{ as_money('1.0 * scored.gap_days / scored.gaps') }}
                || ' days on average over ' || {{ counted('scored.gaps', 'gap') }}
        when scored.recency_days is not null
            then 'Own rhythm: one order day so far, so the account''s rhythm counts'
    end as reason_2,
    case
        when scored.stage = 'reactivated'
            then 'Came back ' || {{ counted('scored.days_since_return', 'day') }}
                || ' ago after ' || {{ counted('scored.silence_days', 'day') }} || ' of silence'
        when scored.recency_days is not null
            then 'Limits: at risk after ' || {{ as_whole('floor(scored.limit_1)') }}
                || ', dormant after ' || {{ as_whole('floor(scored.limit_2)') }}
                || ', churned after ' || {{ as_whole('floor(scored.limit_3)') }} || ' days'
    end as reason_3
from scored
