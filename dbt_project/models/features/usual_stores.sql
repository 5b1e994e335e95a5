with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 'rfm_window_days') }} as window_start
    from {{ source('ops', 'night') }}

),

{# An order whose lines name several stores is taken for the first of these by id. #}
orders as (

    select
        lines.order_id,
        lines.customer_id,
        min(lines.store_id) as store_id,
        sum(lines.amount) as amount,
        sum(abs(lines.quantity)) as pieces,
        min(lines.ordered_date) as order_date
    from {{ ref('transactions') }} as lines
    cross join night
    where
        lines.transaction_type = 'sale'
        and lines.store_id is not null
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
    group by lines.order_id, lines.customer_id

),

{# What returns and later lines had made by the night of the few orders that they touch. #}
states as (

    select
        states.order_id,
        states.customer_id,
        max_by(states.is_counted, states.changed_date) as is_counted,
        min(states.order_date) as order_date
    from {{ ref('int_order_states') }} as states
    cross join night
    where states.changed_date <= night.as_of_date
    group by states.order_id, states.customer_id

),

counted as (

    select
        orders.customer_id,
        orders.store_id,
        coalesce(states.order_date, orders.order_date) as order_date
    from orders
    left join states
        on orders.order_id = states.order_id and orders.customer_id = states.customer_id
    where
        coalesce(
            states.is_counted, {{ is_counted('orders.amount', 'coalesce(orders.pieces, 0)') }}
        )

),

visited as (

    select
        counted.customer_id,
        counted.store_id,
        count(*) as orders,
        max(counted.order_date) as last_order_date
    from counted
    inner join {{ ref('night_customers') }} as customers
        on counted.customer_id = customers.customer_id
    cross join night
    where counted.order_date >= night.window_start
    group by counted.customer_id, counted.store_id

),

{# Most orders, then the latest, then the first by id. #}
ranked as (

    select
        visited.*,
        row_number() over (
            partition by visited.customer_id
            order by visited.orders desc, visited.last_order_date desc, visited.store_id asc
        ) as place
    from visited

)

select
    ranked.customer_id,
    ranked.store_id as usual_store_id,
    ranked.orders as usual_store_orders,
    night.as_of_date
from ranked
cross join night
where ranked.place = 1
