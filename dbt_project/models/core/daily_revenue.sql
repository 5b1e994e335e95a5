with lines as (

    select
        customer_id,
        amount,
        ordered_date
    from {{ ref('transactions') }}

),

orders as (

    select
        is_counted_on_order_date,
        order_date,
        closed_date
    from {{ ref('orders') }}

),

customer_days as (

    select
        day,
        count(*) as customers
    from {{ ref('customer_days') }}
    group by day

),

summed as (

    select
        sum(amount) as revenue,
        sum(case when customer_id is null then amount end) as guest_revenue,
        ordered_date as day
    from lines
    group by ordered_date

),

counted as (

    select
        count(case when closed_date is null then 1 end) as orders,
        count(case when is_counted_on_order_date then 1 end) as orders_opened,
        order_date
    from orders
    group by order_date

)

select
    cast(summed.revenue as decimal(18, 4)) as revenue,
    cast(coalesce(summed.guest_revenue, 0) as decimal(18, 4)) as guest_revenue,
    coalesce(counted.orders, 0) as orders,
    coalesce(counted.orders_opened, 0) as orders_opened,
    coalesce(customer_days.customers, 0) as customers,
    summed.day
from summed
left join counted
    on summed.day = counted.order_date
left join customer_days
    on summed.day = customer_days.day
