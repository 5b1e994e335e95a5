with order_days as (

    select
        customer_id,
        revenue,
        day
    from {{ ref('order_days') }}

),

opened as (

    select
        is_counted,
        order_date
    from {{ ref('int_orders_opened') }}

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
        count(*) as customers
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

counted as (

    select
        count(*) as orders_opened,
        order_date
    from opened
    where is_counted
    group by order_date

),

revised as (

    select
        sum(orders_delta) as orders_delta,
        order_date
    from revisions
    group by order_date

)

select
    cast(summed.revenue as decimal(18, 4)) as revenue,
    cast(coalesce(summed.guest_revenue, 0) as decimal(18, 4)) as guest_revenue,
    cast(coalesce(counted.orders_opened, 0) + coalesce(revised.orders_delta, 0) as bigint)
        as orders,
    coalesce(counted.orders_opened, 0) as orders_opened,
    coalesce(customer_days.customers, 0) as customers,
    summed.day
from summed
left join counted
    on summed.day = counted.order_date
left join revised
    on summed.day = revised.order_date
left join customer_days
    on summed.day = customer_days.day
