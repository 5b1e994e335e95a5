{#
    The days of `order_days` (customer_id, revenue, orders, order_date) on which an order counts, each
    with what it takes to tell rhythm from it. Sorting the days is what costs: it is done once for the
    days as known now (`known_order_days`), and again for customers of whom a past night knew less.
#}
{% macro order_days_in_sequence() -%}
sequenced as (

    select
        order_days.*,
        row_number() over (
            partition by order_days.customer_id order by order_days.order_date
        ) as day_number,
        lag(order_days.order_date) over (
            partition by order_days.customer_id order by order_days.order_date
        ) as previous_order_date,
        {# The first, not the least: in the order of the other two it costs no sorting of its own. #}
        first_value(order_days.order_date) over (
            partition by order_days.customer_id order by order_days.order_date
        ) as first_order_date
    from order_days
    where order_days.orders > 0

)

select
    sequenced.customer_id,
    sequenced.revenue,
    sequenced.orders,
    cast({{ days_between('sequenced.previous_order_date', 'sequenced.order_date') }} as bigint)
        as gap_days,
    cast(case when sequenced.day_number > 1 then sequenced.day_number - 2 end as bigint)
        as gaps_before,
    cast({{ days_between('sequenced.first_order_date', 'sequenced.previous_order_date') }} as bigint)
        as gap_days_before,
    sequenced.order_date,
    {{ customer_lookup('sequenced.customer_id') }} as customer_lookup
from sequenced
{%- endmacro %}
