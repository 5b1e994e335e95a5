with lines as (

    select
        customer_id,
        transaction_type,
        quantity,
        amount,
        discount_amount,
        coupon_amount,
        line_cost,
        ordered_date
    from {{ ref('transactions') }}
    where customer_id is not null

),

orders as (

    select
        customer_id,
        order_date
    from {{ ref('orders') }}
    where
        customer_id is not null
        and is_counted_on_order_date

),

opened as (

    select
        customer_id,
        count(*) as orders_opened,
        order_date
    from orders
    group by customer_id, order_date

),

summed as (

    select
        customer_id,
        sum(amount) as revenue,
        sum(case when transaction_type = 'sale' then amount end) as sale_amount,
        sum(case when transaction_type in ('return', 'cancellation') then amount end)
            as return_amount,
        sum(case when transaction_type = 'sale' then discount_amount end) as discount_amount,
        sum(coupon_amount) as coupon_amount,
        sum(line_cost) as known_cost,
        sum(case when line_cost is not null then amount end) as known_cost_revenue,
        sum(case when transaction_type = 'sale' and line_cost is not null then amount end)
            as known_cost_sale_revenue,
        sum(case when transaction_type = 'sale' then quantity end) as pieces,
        count(*) as lines,
        count(case when transaction_type = 'sale' then 1 end) as sale_lines,
        ordered_date as day
    from lines
    group by customer_id, ordered_date

)

select
    summed.customer_id,
    {% for sum in [
        'revenue', 'sale_amount', 'return_amount', 'discount_amount', 'coupon_amount',
        'known_cost', 'known_cost_revenue', 'known_cost_sale_revenue', 'pieces',
    ] -%}
    cast(coalesce(summed.{{ sum }}, 0) as decimal(18, 4)) as {{ sum }},
    {% endfor -%}
    summed.lines,
    summed.sale_lines,
    coalesce(opened.orders_opened, 0) as orders_opened,
    summed.day
from summed
left join opened
    on
        summed.customer_id = opened.customer_id
        and summed.day = opened.order_date
