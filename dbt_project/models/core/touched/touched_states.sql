{#
    What becomes of an order follows from its days and from what returns take from it. An order that
    something was taken from has states, so those that touched takers took from last time are found
    by these, those that they take from now by the allocations.
#}
with takers as (

    select taker
    from {{ ref('touched_takers') }}
    where exists (select 1 from {{ source('ops', 'applied_files') }})

),

reached_customers as (

    select
        customer_id,
        {{ customer_lookup() }} as customer_lookup
    from (
        {{ customers_of_takers('takers') | indent(8) }}
    ) as customers

),

reached_guest_orders as (

    {{ guest_orders_of_takers('takers') | indent(4) }}

),

{# States of before that the last night did not come to take anew may be gone already. #}
orders_of_a_night_that_broke_off as (

    select
        order_days.order_id,
        order_days.customer_id
    from {{ ref('order_days') }} as order_days
    where
        (select max(intake.is_resumed) from {{ source('ops', 'core_intake') }} as intake)
        and (
            (
                order_days.customer_lookup in (
                    select reached_customers.customer_lookup
                    from reached_customers
                )
                and order_days.customer_id in (
                    select reached_customers.customer_id
                    from reached_customers
                )
            )
            or (
                order_days.customer_id is null
                and order_days.order_id in (
                    select reached_guest_orders.order_id
                    from reached_guest_orders
                )
            )
        )

),

touched as (

    select
        order_id,
        customer_id
    from {{ ref('touched_orders') }}

    union

    select
        states.order_id,
        states.customer_id
    from {{ as_left_by_last_night('core', 'int_order_states', {
        'order_id': 'varchar', 'customer_id': 'varchar',
    }) }} as states
    where
        states.customer_id in (select reached_customers.customer_id from reached_customers)
        or (
            states.customer_id is null
            and states.order_id in (select reached_guest_orders.order_id from reached_guest_orders)
        )

    union

    select
        allocations.order_id,
        allocations.customer_id
    from {{ ref('return_allocations') }} as allocations
    where allocations.taker in (select takers.taker from takers)

    union

    select
        order_id,
        customer_id
    from orders_of_a_night_that_broke_off

)

select
    order_id,
    customer_id,
    {{ order_lookup() }} as order_lookup
from touched
