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


{#
    The CTEs beside `customers` that the features are made of, as of the date of `night`. Tonight's
    breadth is known already (`customer_product_preferences`); of a past night the lines of a sample
    of customers are counted.
#}
{% macro behaviour_sources(is_sample=false) -%}
products as (

    select
        product_id,
        coalesce(department, category) as department
    from {{ ref('products') }}
    where coalesce(department, category) is not null

),

breadth as (

    {% if is_sample %}
    select
        lines.customer_id,
        count(distinct products.department) as departments
    from {{ ref('transactions') }} as lines
    cross join night
    inner join customers on lines.customer_id = customers.customer_id
    inner join products on lines.product_id = products.product_id
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
    group by lines.customer_id
    {% else %}
    select
        customer_id,
        departments_365d as departments
    from {{ ref('customer_product_preferences') }}
    {% endif %}

),

{# What the customer did; an e-mail sent is an act of the company. #}
events as (

    select
        events.customer_id,
        sum({{ within(1, 'events.occurred_date', 'night.as_of_date', 90) }}) as events_90d
    from {{ ref('engagement_events') }} as events
    cross join night
    where events.event_type <> 'email_sent' and events.occurred_date <= night.as_of_date
    group by events.customer_id

),

{# Without any product or event the feature is unknown for all, not zero. #}
known as (

    select
        (select count(*) from products) > 0 as has_products,
        (select count(*) from events) > 0 as has_events

)
{%- endmacro %}
