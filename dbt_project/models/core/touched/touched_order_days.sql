{#- Lines of orders that are touched by a product's cost alone are no touched lines. #}
{%- set lines = ref('transactions') %}
{%- set repriced -%}
select repriced_orders.order_lookup
from {{ ref('touched_orders') }} as repriced_orders
where not repriced_orders.is_landed
{%- endset %}
{%- set found_lines %}
(
    select {{ order_line_columns() | join(', ') }}
    from {{ ref('touched_lines') }}
    where stands

    union all

    select found.{{ order_line_columns() | join(', found.') }}
    from (

        select *
        from {{ lines.render() }}
        where {{ is_among_few(lines, ['order_lookup'], repriced) }}

    ) as found
    inner join {{ ref('touched_orders') }} as touched_orders
        on
            found.order_id = touched_orders.order_id
            and found.customer_id is not distinct from touched_orders.customer_id
            and not touched_orders.is_landed

)
{%- endset -%}

{{ summed_to_order_days(found_lines) }}
