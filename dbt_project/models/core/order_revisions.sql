{{ config(materialized='view') }}

with order_states as (

    select
        order_id,
        customer_id,
        is_counted,
        was_counted,
        order_date,
        changed_date
    from {{ ref('int_order_states') }}

)

select
    order_id,
    customer_id,
    case when is_counted then 1 else -1 end as orders_delta,
    order_date,
    changed_date as revised_date
from order_states
where is_counted <> was_counted
