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
    from {{ order_days_to_tell() | indent(4) }} as days
    cross join night
    where
        days.customer_id is not null
        and days.{{ column }} is not null
        and days.sale_lines > 0
        and days.day between night.window_start and night.as_of_date
    group by days.customer_id, days.{{ column }}

)
{%- endmacro %}
