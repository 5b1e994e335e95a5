{{ config(materialized='view') }}

with order_days as (

    select
        order_id,
        customer_id,
        sale_amount,
        discount_amount,
        sale_lines
    from {{ ref('order_days') }}

),

opened as (

    select
        order_id,
        customer_id,
        is_counted,
        order_date
    from {{ ref('int_orders_opened') }}

),

order_states as (

    select
        order_id,
        customer_id,
        is_counted,
        was_counted,
        changed_date
    from {{ ref('int_order_states') }}

),

judged as (

    select
        order_id,
        customer_id,
        max_by(is_counted, changed_date) as is_counted,
        max(case when not is_counted and coalesce(was_counted, true) then changed_date end)
            as last_closed_date
    from order_states
    group by order_id, customer_id

),

summed as (

    select
        order_id,
        customer_id,
        sum(sale_lines) as lines,
        sum(sale_amount) as sale_amount,
        sum(discount_amount) as discount_amount
    from order_days
    group by order_id, customer_id

)

select
    opened.order_id,
    opened.customer_id,
    cast(summed.lines as bigint) as lines,
    cast(summed.sale_amount as decimal(18, 4)) as sale_amount,
    cast(summed.discount_amount as decimal(18, 4)) as discount_amount,
    opened.is_counted as is_counted_on_order_date,
    opened.order_date,
    case
        when not coalesce(judged.is_counted, opened.is_counted)
            then coalesce(judged.last_closed_date, opened.order_date)
    end as closed_date
from opened
inner join summed
    on
        opened.order_id = summed.order_id
        and opened.customer_id is not distinct from summed.customer_id
left join judged
    on
        opened.order_id = judged.order_id
        and opened.customer_id is not distinct from judged.customer_id
