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

{# Twelfths of the window instead of calendar months: the first and last month of a window are cut
   short, and how short changes every night. #}
active_months as (

    select
        order_days.customer_id,
        count(distinct floor(
            {{ days_between('order_days.order_date', 'night.as_of_date') }} * 12 / 365.0
        )) as months
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
    cast(customers.recency_days as double) as recency_days,
    cast(customers.orders_365d as double) as orders_365d,
    {{ ratio_of('customers.spend_365d', 'customers.orders_365d') }}
        as average_order_value_365d,
    {{ ratio_of('customers.sale_lines_365d', 'customers.orders_365d') }} as lines_per_order_365d,
    cast(active_months.months as double) as active_months_365d,
    coalesce(
        {{ share_of('customers.discounts_365d',
            '(customers.sales_365d + customers.discounts_365d)') }}, 0.0
    ) as discount_share_365d,
    coalesce({{ share_of('-customers.returns_365d', 'customers.sales_365d') }}, 0.0)
        as return_share_365d,
    case when known.has_products then cast(coalesce(breadth.departments, 0) as double) end
        as department_breadth_365d,
    case when known.has_events then cast(coalesce(events.events_90d, 0) as double) end
        as engagement_events_90d,
    customers.as_of_date
from customers
cross join known
inner join active_months on customers.customer_id = active_months.customer_id
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
