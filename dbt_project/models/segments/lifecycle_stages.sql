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
        {# No limit is lower, and most gaps are: a power of each costs more than all else here. #}
        order_days.gap_days > cadence.lifecycle_min_days_2
        and order_days.gap_days > {{ cadence_limit('0.95', 'order_days.gaps_before',
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

)

select *
from staged
