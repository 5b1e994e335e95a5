{{ config(materialized='view') }}

{#
    The features of the learned segmentation as of a night whose next 90 days are over, with what came
    in them: by that a clustering is chosen. A view, since only a night that learns reads it.
#}
{% set days_back = 90 %}

with

night as (

    select
        {{ day_plus('tonight.as_of_date', -days_back) }} as as_of_date,
        {{ window_start(day_plus('tonight.as_of_date', -days_back), 365) }} as window_start
    from {{ source('ops', 'night') }} as tonight

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
    inner join night on histories.cutoff_date = night.as_of_date
    where histories.orders_365d > 0

),

{{ behaviour_sources(is_sample=true) }}

select
    customers.customer_id,
    {{ behaviour_features('customers.active_months_365d') }},
    customers.spend_next_90d,
    customers.cutoff_date
from customers
cross join known
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
