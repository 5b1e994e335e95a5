{#
    Names an order: one order id of one customer, or of the guests. The length stands in front so that
    no two pairs of ids give the same key, whatever signs they hold. For the few orders that returns
    touch; large tables hold the two ids.
#}
{% macro order_key(order_id, customer_id) -%}
    length({{ order_id }}) || ':' || {{ order_id }} || coalesce(':' || {{ customer_id }}, '')
{%- endmacro %}


{# The order id that an order key was made of. #}
{% macro order_id_of(order_key) -%}
    substr(
        {{ order_key }},
        length(split_part({{ order_key }}, ':', 1)) + 2,
        cast(split_part({{ order_key }}, ':', 1) as integer)
    )
{%- endmacro %}


{#
    Names whom a return can take from: all lines of a customer, or, for a guest, those of the order that
    it names; null for a guest's return that names none. Returns of different takers never meet.
#}
{% macro return_taker(customer_id, order_id) -%}
    coalesce('customer ' || {{ customer_id }}, 'guest order ' || {{ order_id }})
{%- endmacro %}


{# The customers among takers: `select customer_id`. #}
{% macro customers_of_takers(takers) -%}
    select substr(taker, 10) as customer_id
    from {{ takers }}
    where taker like 'customer %'
{%- endmacro %}


{# The orders of guests among takers: `select order_id`. #}
{% macro guest_orders_of_takers(takers) -%}
    select substr(taker, 13) as order_id
    from {{ takers }}
    where taker like 'guest order %'
{%- endmacro %}
