{{ config(materialized='view') }}

{#
    The features of the learned segmentation as of a night whose next 90 days are over, with what came
    in them: by that a clustering is chosen. A view, since only a night that learns reads it.
#}
{% set days_back = 90 %}

with

night as (

    select
        {{ day_plus('as_of_date', -days_back) }} as cutoff_date,
        {{ window_start(day_plus('as_of_date', -days_back), 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select
        histories.customer_id,
        histories.recency_days,
        histories.orders_365d,
        histories.active_months_365d,
        histories.sale_lines_365d,
        histories.spend_365d,
        histories.sales_365d,
        histories.returns_365d,
        histories.discounts_365d,
        histories.spend_next_90d,
        histories.cutoff_date
    from {{ ref('past_purchase_histories') }} as histories
    inner join night on histories.cutoff_date = night.cutoff_date
    where histories.orders_365d > 0

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
    inner join customers on lines.customer_id = customers.customer_id
    inner join products on lines.product_id = products.product_id
    where
        lines.transaction_type = 'sale'
        and lines.ordered_date between night.window_start and night.cutoff_date
    group by lines.customer_id

),

events as (

    select
        events.customer_id,
        sum({{ within(1, 'events.occurred_date', 'night.cutoff_date', 90) }}) as events_90d
    from {{ ref('engagement_events') }} as events
    cross join night
    where events.event_type <> 'email_sent' and events.occurred_date <= night.cutoff_date
    group by events.customer_id

),

known as (

    select
        (select count(*) from products) > 0 as has_products,
        (select count(*) from events) > 0 as has_events

)

select
    customers.customer_id,
    {{ behaviour_features('customers.active_months_365d') }},
    customers.spend_next_90d,
    customers.cutoff_date
from customers
cross join known
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
