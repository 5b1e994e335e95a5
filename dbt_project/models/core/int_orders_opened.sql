{{ config(materialized='view') }}

with order_days as (

    select
        order_id,
        customer_id,
        sale_amount,
        pieces_sold,
        sale_lines,
        day,
        order_lookup,
        customer_lookup
    from {{ ref('order_days') }}

),

order_states as (

    select
        order_id,
        customer_id,
        is_counted,
        was_counted,
        order_date,
        order_lookup
    from {{ ref('int_order_states') }}

),

first_states as (

    select
        order_id,
        customer_id,
        is_counted,
        order_date,
        order_lookup
    from order_states
    where was_counted is null

)

{# An order without states is one day of sale lines. #}
select
    order_days.order_id,
    order_days.customer_id,
    coalesce(
        first_states.is_counted,
        {{ is_counted('order_days.sale_amount', 'order_days.pieces_sold') }}
    ) as is_counted,
    order_days.day as order_date,
    order_days.customer_lookup
from order_days
left join first_states
    on
        order_days.order_lookup = first_states.order_lookup
        and order_days.order_id = first_states.order_id
        and order_days.customer_id is not distinct from first_states.customer_id
where
    order_days.sale_lines > 0
    and order_days.day = coalesce(first_states.order_date, order_days.day)
