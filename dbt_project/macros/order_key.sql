{#
    Names an order: one order id of one customer, or of the guests. The length stands in front so that
    no two pairs of ids give the same key, whatever signs they hold.
#}
{% macro order_key(order_id, customer_id) -%}
    length({{ order_id }}) || ':' || {{ order_id }} || coalesce(':' || {{ customer_id }}, '')
{%- endmacro %}
