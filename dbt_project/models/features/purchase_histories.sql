{{ config(materialized='view') }}

with customers as (

    select
        customer_id,
        recency_days,
        tenure_days,
        gaps,
        order_days_92d,
        order_days_365d,
        spend_90d,
        spend_365d,
        repeat_spend,
        as_of_date
    from {{ ref('customer_rfm') }}
    where recency_days is not null

)

select
    customer_id,
    recency_days,
    tenure_days as observed_days,
    gaps + 1 as order_days,
    order_days_92d,
    order_days_365d,
    spend_90d,
    spend_365d,
    {{ ratio_of('repeat_spend', 'gaps') }} as mean_repeat_spend,
    as_of_date as cutoff_date
from customers
