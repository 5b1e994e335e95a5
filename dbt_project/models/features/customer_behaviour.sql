with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        recency_days,
        orders_365d,
        sale_lines_365d,
        spend_365d,
        sales_365d,
        returns_365d,
        discounts_365d,
        as_of_date
    from {{ ref('customer_rfm') }}
    where orders_365d > 0

),

active_months as (

    select
        order_days.customer_id,
        count(distinct {{ twelfth_of_year('order_days.order_date', 'night.as_of_date') }}) as months
    from {{ ref('counted_order_days') }} as order_days
    cross join night
    where {{ is_in_window('order_days.order_date', 'night.as_of_date', 365) }}
    group by order_days.customer_id

),

products as (

    select
        product_id,
        coalesce(department, category) as department
    from {{ ref('products') }}
    where coalesce(department, category) is not null

),

breadth as (

    select
        lines.customer_id,
        count(distinct products.department) as departments
    from {{ ref('transactions') }} as lines
    cross join night
    inner join products on lines.product_id = products.product_id
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
    group by lines.customer_id

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

select
    customers.customer_id,
    {{ behaviour_features('active_months.months') }},
    customers.as_of_date
from customers
cross join known
inner join active_months on customers.customer_id = active_months.customer_id
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
