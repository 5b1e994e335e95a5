with

night as (

    select as_of_date
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

rhythms as (

    select
        customer_id,
        active_twelfths_365d
    from {{ ref('purchase_rhythms') }}

),

{{ behaviour_sources() }}

select
    customers.customer_id,
    {{ behaviour_features('rhythms.active_twelfths_365d') }},
    customers.as_of_date
from customers
cross join known
inner join rhythms on customers.customer_id = rhythms.customer_id
left join breadth on customers.customer_id = breadth.customer_id
left join events on customers.customer_id = events.customer_id
