{{ config(materialized='view') }}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

order_days as (

    select *
    from {{ ref('everybodys_order_days') }}

)

select
    order_days.customer_id,
    order_days.revenue,
    order_days.orders,
    order_days.gap_days,
    order_days.gaps_before,
    order_days.gap_days_before,
    order_days.order_date,
    night.as_of_date
from order_days
cross join night
inner join customers on order_days.customer_id = customers.customer_id
