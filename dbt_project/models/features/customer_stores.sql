-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_id') }}

with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

{{ orders_by('store_id') }},

preferred as (

    select
        customer_id,
        {{ first_value_by('store_id', ['-orders', '-sale_amount', 'store_id']) }}
            as preferred_store,
        max(orders) as preferred_store_orders
    from spends
    group by customer_id

)

select
    preferred.customer_id,
    preferred.preferred_store,
    preferred.preferred_store_orders
from preferred
inner join customers on preferred.customer_id = customers.customer_id
