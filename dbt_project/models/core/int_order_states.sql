{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_orders('touched_states') }}"
) }}

{%- set touched = ref('touched_states') %}
{%- set recalled = ref('recalled_order_days') %}

with order_days as (

    select
        order_id,
        customer_id,
        pieces_sold,
        sale_amount,
        sale_lines,
        day,
        order_lookup
    from {{ recalled if is_incremental() else ref('order_days') }}

),

allocations as (

    select
        allocations.order_id,
        allocations.customer_id,
        allocations.pieces_taken,
        allocations.amount_taken,
        allocations.returned_date
    from {{ ref('return_allocations') }} as allocations
    {% if is_incremental() %}
    inner join {{ touched }} as touched
        on
            allocations.order_id = touched.order_id
            and allocations.customer_id is not distinct from touched.customer_id
    {% endif %}

),

{# Narrowed down by number first: sixteen million orders are grouped five times faster that way. #}
suspects as (

    select
        order_id,
        customer_id
    from order_days
    where
        order_lookup in (
            select suspected.order_lookup
            from order_days as suspected
            group by suspected.order_lookup
            having count(*) > 1
        )

),

{# Of nearly all orders nothing ever changes after their day: these have no row here. #}
changed_orders as (

    select
        order_id,
        customer_id
    from suspects
    group by order_id, customer_id
    having count(*) > 1

    union

    select
        order_id,
        customer_id
    from allocations

),

changes as (

    select
        order_days.order_id,
        order_days.customer_id,
        order_days.pieces_sold as pieces,
        order_days.sale_amount as amount,
        order_days.day as changed_date
    from order_days
    inner join changed_orders
        on
            order_days.order_id = changed_orders.order_id
            and order_days.customer_id is not distinct from changed_orders.customer_id
    where order_days.sale_lines > 0

    union all

    select
        order_id,
        customer_id,
        -pieces_taken as pieces,
        -amount_taken as amount,
        returned_date as changed_date
    from allocations

),

days as (

    select
        order_id,
        customer_id,
        sum(pieces) as pieces,
        sum(amount) as amount,
        changed_date
    from changes
    group by order_id, customer_id, changed_date

),

running as (

    select
        order_id,
        customer_id,
        sum(pieces) over (
            partition by order_id, customer_id
            order by changed_date
            rows between unbounded preceding and current row
        ) as pieces_left,
        sum(amount) over (
            partition by order_id, customer_id
            order by changed_date
            rows between unbounded preceding and current row
        ) as amount_left,
        min(changed_date) over (partition by order_id, customer_id) as order_date,
        changed_date
    from days

),

judged as (

    select
        *,
        {{ is_counted('amount_left', 'pieces_left') }} as is_counted
    from running

)

select
    order_id,
    customer_id,
    cast(pieces_left as decimal(18, 4)) as pieces_left,
    cast(amount_left as decimal(18, 4)) as amount_left,
    is_counted,
    lag(is_counted) over (partition by order_id, customer_id order by changed_date)
        as was_counted,
    order_date,
    changed_date,
    {{ order_lookup() }} as order_lookup
from judged
