{{ config(materialized='view') }}

with customers as (

    select
        customer_id,
        recency_days,
        tenure_days,
        gaps,
        orders_92d,
        orders_365d,
        order_days_92d,
        order_days_365d,
        spend_92d,
        spend_365d,
        repeat_spend,
        as_of_date
    from {{ ref('customer_rfm') }}
    where recency_days is not null

)

select
    customer_id,
    recency_days,
    tenure_days,
    gaps as repeat_order_days,
    orders_92d,
    orders_365d,
    order_days_92d,
    order_days_365d,
    spend_92d,
    spend_365d,
    repeat_spend,
    as_of_date as cutoff_date
from customers
