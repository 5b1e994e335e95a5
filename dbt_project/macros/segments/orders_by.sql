{#
    CTEs about where a year's orders were made, by a column of order days: `spends` has a row per
    customer that is told anew and value. An order is counted on each of its days with a sale; `night`
    has as_of_date and window_start.
#}
{% macro orders_by(column) -%}
customers as (

    {{ customers_to_tell() | indent(4) }}

),

spends as (

    select
        days.customer_id,
        days.{{ column }},
        count(*) as orders,
        sum(days.sale_amount) as sale_amount
    from {{ ref('order_days') }} as days
    cross join night
    where
        days.customer_id is not null
        and days.{{ column }} is not null
        and days.sale_lines > 0
        and {{ is_day_to_tell('days') | indent(8) }}
    group by days.customer_id, days.{{ column }}

)
{%- endmacro %}
