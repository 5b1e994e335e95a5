with order_days as (

    select
        customer_id,
        revenue,
        day
    from {{ ref('order_days') }}

),

{# Most orders have a customer, whose days hold how many of them opened. #}
guest_orders as (

    select order_date
    from {{ ref('int_orders_opened') }}
    where is_counted and customer_id is null

),

revisions as (

    select
        orders_delta,
        order_date
    from {{ ref('order_revisions') }}

),

customer_days as (

    select
        day,
        count(*) as customers,
        sum(orders_opened) as orders_opened
    from {{ ref('customer_days') }}
    group by day

),

summed as (

    select
        sum(revenue) as revenue,
        sum(case when customer_id is null then revenue end) as guest_revenue,
        day
    from order_days
    group by day

),

guests as (

    select
        count(*) as orders_opened,
        order_date
    from guest_orders
    group by order_date

),

revised as (

    select
        sum(orders_delta) as orders_delta,
        order_date
    from revisions
    group by order_date

),

counted as (

    select
        summed.*,
        coalesce(customer_days.orders_opened, 0) + coalesce(guests.orders_opened, 0)
            as orders_opened,
        coalesce(revised.orders_delta, 0) as orders_delta,
        coalesce(customer_days.customers, 0) as customers
    from summed
    left join guests
        on summed.day = guests.order_date
    left join revised
        on summed.day = revised.order_date
    left join customer_days
        on summed.day = customer_days.day

)

select
    cast(revenue as decimal(18, 4)) as revenue,
    cast(coalesce(guest_revenue, 0) as decimal(18, 4)) as guest_revenue,
    cast(orders_opened + orders_delta as bigint) as orders,
    cast(orders_opened as bigint) as orders_opened,
    customers,
    day
from counted
