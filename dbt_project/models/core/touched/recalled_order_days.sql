{#- What touched orders have is told anew; returns reach others, which have what they had. #}
{%- set order_days = ref('order_days') %}
{%- set columns = [
    'order_id', 'customer_id', 'sale_amount', 'pieces_sold', 'sale_lines', 'day', 'order_lookup',
] %}

with touched_order_days as (

    select {{ columns | join(', ') }}
    from {{ ref('touched_order_days') }}

),

reached as (

    select
        states.order_id,
        states.customer_id,
        states.order_lookup
    from {{ ref('touched_states') }} as states
    left join {{ ref('touched_orders') }} as touched_orders
        on
            states.order_id = touched_orders.order_id
            and states.customer_id is not distinct from touched_orders.customer_id
    where touched_orders.order_id is null

),

{# By number first: joined to the orders at once, the ids of all days would be compared. #}
found as (

    select {{ columns | join(', ') }}
    from {{ order_days }}
    where
        order_lookup in (
            select reached.order_lookup
            from reached
            where {{ is_key('reached.order_lookup') }}
        )

)

select *
from touched_order_days

union all

select found.*
from found
inner join reached
    on
        found.order_lookup = reached.order_lookup
        and found.order_id = reached.order_id
        and found.customer_id is not distinct from reached.customer_id
