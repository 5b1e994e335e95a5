{{ config(materialized='view') }}

with order_revisions as (

    select
        customer_id,
        orders_delta,
        order_date,
        revised_date
    from {{ ref('order_revisions') }}
    where customer_id is not null

)

select
    customer_id,
    cast(-sum(orders_delta) as bigint) as orders,
    order_date,
    revised_date as closed_date
from order_revisions
group by customer_id, order_date, revised_date
having sum(orders_delta) <> 0
