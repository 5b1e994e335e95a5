with order_days as (

    select
        order_key,
        customer_id,
        is_counted,
        was_counted,
        order_date,
        changed_date
    from {{ ref('int_order_days') }}

)

select
    order_key,
    customer_id,
    case when is_counted then 1 else -1 end as orders_delta,
    order_date,
    changed_date as revised_date
from order_days
where is_counted <> was_counted
