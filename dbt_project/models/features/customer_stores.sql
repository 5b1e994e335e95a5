with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

spends as (

    select
        days.customer_id,
        days.store_id,
        count(*) as orders,
        sum(days.sale_amount) as sale_amount
    from {{ ref('order_days') }} as days
    cross join night
    where
        days.customer_id is not null
        and days.store_id is not null
        and days.sale_lines > 0
        and days.day between night.window_start and night.as_of_date
    group by days.customer_id, days.store_id

),

preferred as (

    select
        customer_id,
        {{ first_value_by('store_id', ['-orders', '-sale_amount', 'store_id']) }} as preferred_store
    from spends
    group by customer_id

)

select
    preferred.customer_id,
    preferred.preferred_store,
    night.as_of_date
from preferred
inner join customers on preferred.customer_id = customers.customer_id
cross join night
