with applied as (

    select file_seq
    from {{ source('ops', 'applied_files') }}

),

lines as (

    select
        order_id,
        customer_id,
        product_id,
        cost_amount
    from {{ ref('transactions') }}

),

{# Orders of before; those of tonight are among the touched lines. #}
orders as (

    select
        order_id,
        customer_id,
        sale_lines,
        customer_lookup,
        order_lookup
    from {{ as_left_by_last_night('core', 'order_days', {
        'order_id': 'varchar', 'customer_id': 'varchar', 'sale_lines': 'bigint',
        'customer_lookup': 'bigint', 'order_lookup': 'bigint',
    }) }}

),

takers as (

    select taker
    from {{ ref('touched_takers') }}
    where exists (select 1 from applied)

),

{# All orders that returns of these could take from, not only those they took from last time. #}
reachable_customers as (

    select
        substr(taker, 10) as customer_id,
        {{ lookup('substr(taker, 10)') }} as customer_lookup
    from takers
    where taker like 'customer %'

),

reachable_guest_orders as (

    select
        substr(taker, 13) as order_id,
        {{ lookup('substr(taker, 13)') }} as order_lookup
    from takers
    where taker like 'guest order %'

),

{# Lines without a cost of their own cost what their product costs, as known now. #}
changed_products as (

    select products.product_id
    from {{ ref('products') }} as products
    inner join {{ ref('touched_rows') }} as touched
        on
            products.file_seq = touched.file_seq
            and products.row_number = touched.row_number
            and touched.source_table = 'products'
    left join applied on products.file_seq = applied.file_seq
    where applied.file_seq is null

),

touched as (

    select
        order_id,
        customer_id
    from {{ ref('touched_lines') }}

    union

    select
        orders.order_id,
        orders.customer_id
    from orders
    where
        orders.sale_lines > 0
        and orders.customer_lookup in (
            select reachable_customers.customer_lookup
            from reachable_customers
        )
        and orders.customer_id in (
            select reachable_customers.customer_id
            from reachable_customers
        )

    union

    select
        orders.order_id,
        orders.customer_id
    from orders
    where
        orders.customer_id is null
        and orders.order_lookup in (
            select reachable_guest_orders.order_lookup
            from reachable_guest_orders
        )
        and orders.order_id in (
            select reachable_guest_orders.order_id
            from reachable_guest_orders
        )

    union

    select
        lines.order_id,
        lines.customer_id
    from lines
    where
        lines.cost_amount is null
        and lines.product_id in (select changed_products.product_id from changed_products)

)

select
    order_id,
    customer_id,
    {{ order_lookup() }} as order_lookup
from touched
