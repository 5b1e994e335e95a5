with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        customer_lookup
    from {{ ref('later_known_customers') }}

),

{# An order counts until a return empties it. What was opened by D less what was closed by D is
   known at D; the core's present closing date of an order would know the future. #}
closed as (

    select
        closures.customer_id,
        sum(closures.orders) as orders,
        closures.order_date
    from {{ ref('customer_day_closures') }} as closures
    cross join night
    where closures.closed_date <= night.as_of_date
    group by closures.customer_id, closures.order_date

),

order_days as (

    select
        days.customer_id,
        days.revenue,
        cast(days.orders_opened - coalesce(closed.orders, 0) as bigint) as orders,
        days.day as order_date
    from {{ ref('customer_days') }} as days
    cross join night
    inner join customers
        on
            days.customer_lookup = customers.customer_lookup
            and days.customer_id = customers.customer_id
    left join closed
        on
            days.customer_id = closed.customer_id
            and days.day = closed.order_date
    where days.day <= night.as_of_date

),

{{ order_days_in_sequence() }}
