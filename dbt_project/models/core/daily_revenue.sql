with

{# Nearly every line has a customer, whose days hold its money already; of guests there are none. #}
guest_order_days as (

    select
        order_id,
        customer_id,
        revenue,
        sale_amount,
        pieces_sold,
        sale_lines,
        day,
        order_lookup,
        customer_lookup
    from {{ ref('order_days') }}
    where customer_id is null

),

guest_days as (

    select
        day,
        sum(revenue) as revenue
    from guest_order_days
    group by day

),

guest_orders as (

    {{ orders_opened('guest_order_days', 'customer_id is null') | indent(4) }}

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
        sum(orders_opened) as orders_opened,
        sum(revenue) as revenue
    from {{ ref('customer_days') }}
    group by day

),

guests as (

    select
        count(*) as orders_opened,
        order_date
    from guest_orders
    where is_counted
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
        coalesce(customer_days.day, guest_days.day) as day,
        coalesce(customer_days.revenue, 0) + coalesce(guest_days.revenue, 0) as revenue,
        guest_days.revenue as guest_revenue,
        coalesce(customer_days.customers, 0) as customers,
        coalesce(customer_days.orders_opened, 0) as orders_opened
    from customer_days
    full outer join guest_days on customer_days.day = guest_days.day

)

select
    cast(counted.revenue as decimal(18, 4)) as revenue,
    cast(coalesce(counted.guest_revenue, 0) as decimal(18, 4)) as guest_revenue,
    cast(
        counted.orders_opened + coalesce(guests.orders_opened, 0)
        + coalesce(revised.orders_delta, 0) as bigint
    ) as orders,
    cast(counted.orders_opened + coalesce(guests.orders_opened, 0) as bigint) as orders_opened,
    counted.customers,
    counted.day
from counted
left join guests
    on counted.day = guests.order_date
left join revised
    on counted.day = revised.order_date
