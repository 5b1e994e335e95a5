{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'stored_as': {}},
    pre_hook="{{ forget_days_of_touched_customers() }}"
) }}

with

touched as (

    select
        customer_id,
        customer_lookup
    from {{ ref('touched_days') }}

),

closed as (

    select
        customer_id,
        sum(orders) as orders,
        order_date
    from {{ ref('customer_day_closures') }}
    group by customer_id, order_date

),

{# An order's day is one of its customer's days, also that of an order that counts only later. #}
order_days as (

    select
        days.customer_id,
        days.revenue,
        cast(days.orders_opened - coalesce(closed.orders, 0) as bigint) as orders,
        days.day as order_date
    from {{ ref('customer_days') }} as days
    left join closed
        on
            days.customer_id = closed.customer_id
            and days.day = closed.order_date
    {% if is_incremental() %}
    where
        days.customer_lookup in (
            select touched.customer_lookup
            from touched
            where {{ is_key('touched.customer_lookup') }}
        )
        and days.customer_id in (select touched.customer_id from touched)
    {% endif %}

),

{{ order_days_in_sequence() }}
