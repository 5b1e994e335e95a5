{#
    The features of the learned segmentation, of `customers` as customer_rfm has them, with `breadth`,
    `events` and what is `known` at all beside them: of tonight and of a past night they have to be the
    same, or a clustering would be judged on other customers than it was learned from.
#}
{% macro behaviour_features(active_months) -%}
    cast(customers.recency_days as double) as recency_days,
    cast(customers.orders_365d as double) as orders_365d,
    {{ ratio_of('customers.spend_365d', 'customers.orders_365d') }}
        as average_order_value_365d,
    {{ ratio_of('customers.sale_lines_365d', 'customers.orders_365d') }} as lines_per_order_365d,
    cast({{ active_months }} as double) as active_months_365d,
    coalesce(
        {{ share_of('customers.discounts_365d',
            '(customers.sales_365d + customers.discounts_365d)') }}, 0.0
    ) as discount_share_365d,
    coalesce({{ share_of('-customers.returns_365d', 'customers.sales_365d') }}, 0.0)
        as return_share_365d,
    case when known.has_products then cast(coalesce(breadth.departments, 0) as double) end
        as department_breadth_365d,
    case when known.has_events then cast(coalesce(events.events_90d, 0) as double) end
        as engagement_events_90d
{%- endmacro %}
