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

{{ behaviour_sources() }}

select
    customers.customer_id,
    {{ behaviour_features('active_months.months') }},
    customers.as_of_date
from customers
cross join known
inner join active_months on customers.customer_id = active_months.customer_id
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
