with

night as (

    select
        credit_risk_lookback_days,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

{# Some events say by themselves that a debt will not be paid, whatever days they tell. #}
events as (

    select
        events.customer_id,
        case
            when
                lower(events.event_type) in ('default', 'charge_off', 'write_off', 'bankruptcy')
                then 90
            else 0
        end as least_days,
        events.days_past_due,
        events.occurred_date,
        events.occurred_at
    from {{ ref('credit_events') }} as events
    cross join night
    inner join customers on events.customer_id = customers.customer_id
    where events.occurred_date <= night.as_of_date

),

{# What is told at one instant, of whatever debts, is as bad as the worst of it. #}
instants as (

    select
        customer_id,
        max(greatest(coalesce(days_past_due, 0), least_days)) as days_past_due,
        occurred_date,
        occurred_at
    from events
    where days_past_due is not null or least_days > 0
    group by customer_id, occurred_date, occurred_at

),

summed as (

    select
        instants.customer_id,
        max(case
            when {{ is_in_window('instants.occurred_date', 'night.as_of_date',
                'night.credit_risk_lookback_days') }}
                then instants.days_past_due
        end) as past_days_past_due,
        max_by(instants.days_past_due, instants.occurred_at) as open_days_past_due,
        max(instants.occurred_date) as last_event_date
    from instants
    cross join night
    group by instants.customer_id

)

select
    summed.customer_id,
    cast(
        greatest(coalesce(summed.past_days_past_due, 0), summed.open_days_past_due) as bigint
    ) as worst_days_past_due,
    cast(summed.open_days_past_due as bigint) as open_days_past_due,
    cast({{ days_between('summed.last_event_date', 'night.as_of_date') }} as bigint)
        as last_event_days,
    summed.last_event_date,
    night.as_of_date
from summed
cross join night
