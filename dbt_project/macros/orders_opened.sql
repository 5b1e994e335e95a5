{#
    Orders at the day of their earliest sale line, and whether they were counted that day.

    order_days   CTE or relation: order_id, customer_id, sale_amount, pieces_sold, sale_lines, day,
                 order_lookup, customer_lookup; may hold some days only, whose orders alone come out
    only         a condition that the states of these orders hold, to find them faster; none if empty
#}
{% macro orders_opened(order_days, only='') %}
select
    days.order_id,
    days.customer_id,
    {# An order without states is one day of sale lines. #}
    coalesce(first_states.is_counted, {{ is_counted('days.sale_amount', 'days.pieces_sold') }})
        as is_counted,
    days.day as order_date,
    days.customer_lookup
from {{ order_days }} as days
left join (

    select
        order_id,
        customer_id,
        is_counted,
        order_date,
        order_lookup
    from {{ ref('int_order_states') }}
    where
        was_counted is null
        {{ 'and ' ~ only if only }}

) as first_states
    on
        days.order_lookup = first_states.order_lookup
        and days.order_id = first_states.order_id
        and days.customer_id is not distinct from first_states.customer_id
where
    days.sale_lines > 0
    and days.day = coalesce(first_states.order_date, days.day)
{% endmacro %}
