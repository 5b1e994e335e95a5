with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

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

{# An order's day is one of its customer's days, also that of an order that counts only later. #}
order_days as (

    select
        days.customer_id,
        days.revenue,
        cast(days.orders_opened - coalesce(closed.orders, 0) as bigint) as orders,
        days.day as order_date
    from {{ ref('customer_days') }} as days
    cross join night
    left join closed
        on
            days.customer_id = closed.customer_id
            and days.day = closed.order_date
    where days.day <= night.as_of_date

),

sequenced as (

    select
        order_days.customer_id,
        order_days.revenue,
        order_days.orders,
        order_days.order_date,
        row_number() over (
            partition by order_days.customer_id order by order_days.order_date
        ) as day_number,
        lag(order_days.order_date) over (
            partition by order_days.customer_id order by order_days.order_date
        ) as previous_order_date,
        min(order_days.order_date) over (
            partition by order_days.customer_id
        ) as first_order_date
    from order_days
    inner join customers on order_days.customer_id = customers.customer_id
    where order_days.orders > 0

)

select
    sequenced.customer_id,
    sequenced.revenue,
    sequenced.orders,
    {{ days_between('sequenced.previous_order_date', 'sequenced.order_date') }} as gap_days,
    case when sequenced.day_number > 1 then sequenced.day_number - 2 end as gaps_before,
    {{ days_between('sequenced.first_order_date', 'sequenced.previous_order_date') }}
        as gap_days_before,
    sequenced.order_date,
    night.as_of_date
from sequenced
cross join night
