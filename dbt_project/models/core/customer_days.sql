{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_days() }}"
) }}

{%- set touched = ref('touched_days') %}
{%- set of_touched_days -%}
order_lookup in (
    select order_days.order_lookup
    from order_days
    where {{ is_key('order_days.order_lookup') }}
)
{%- endset %}
{%- set sums = [
    'revenue', 'sale_amount', 'return_amount', 'discount_amount', 'coupon_amount', 'known_cost',
    'known_cost_revenue', 'known_cost_sale_revenue', 'pieces',
] %}

with

{% if is_incremental() %}
{# By numbers first: joined to the touched days at once, the ids of all days would be compared. #}
found as (

    select *
    from {{ ref('order_days') }}
    where
        customer_lookup in (
            select touched.customer_lookup
            from {{ touched }} as touched
            where {{ is_key('touched.customer_lookup') }}
        )
        and (customer_lookup, day) in (
            select
                touched.customer_lookup,
                touched.day
            from {{ touched }} as touched
        )

),

{% endif %}
order_days as (

    select
        days.order_id,
        days.customer_id,
        {% for sum in sums -%}
        days.{{ sum }},
        {% endfor -%}
        days.pieces_sold,
        days.lines,
        days.sale_lines,
        days.day,
        days.order_lookup,
        days.customer_lookup
    from {{ 'found' if is_incremental() else ref('order_days') }} as days
    {% if is_incremental() %}
    inner join {{ touched }} as touched
        on
            days.customer_lookup = touched.customer_lookup
            and days.customer_id = touched.customer_id
            and days.day = touched.day
    {% else %}
    where days.customer_id is not null
    {% endif %}

),

opened_orders as (

    {{ orders_opened('order_days', of_touched_days if is_incremental() else '') | indent(4) }}

),

opened as (

    select
        customer_id,
        count(*) as orders_opened,
        order_date
    from opened_orders
    where is_counted
    group by customer_id, order_date

),

summed as (

    select
        customer_id,
        {% for sum in sums -%}
        sum({{ sum }}) as {{ sum }},
        {% endfor -%}
        sum(lines) as lines,
        sum(sale_lines) as sale_lines,
        day
    from order_days
    group by customer_id, day

)

{# Built as a whole, it lies customer by customer, for nearly every feature is told by customer: of
   eighteen million days that lie anyhow, sums take eight times as long. #}
select
    summed.customer_id,
    {% for sum in sums -%}
    cast(summed.{{ sum }} as decimal(18, 4)) as {{ sum }},
    {% endfor -%}
    cast(summed.lines as bigint) as lines,
    cast(summed.sale_lines as bigint) as sale_lines,
    coalesce(opened.orders_opened, 0) as orders_opened,
    summed.day,
    {{ customer_lookup('summed.customer_id') }} as customer_lookup
from summed
left join opened
    on
        summed.customer_id = opened.customer_id
        and summed.day = opened.order_date
{% if not is_incremental() %}
order by summed.customer_id, summed.day
{% endif %}
