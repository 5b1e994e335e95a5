{{ config(schema='work') }}

with touched_takers as (

    select taker
    from {{ ref('touched_takers') }}

),

{# By what takers are made of: else one would be put together for every return there is. #}
returns_of_takers as (

    select *
    from {{ ref('return_lines') }}
    where
        customer_id in (
            {{ customers_of_takers('touched_takers') | indent(12) }}
        )

    union all

    select *
    from {{ ref('return_lines') }}
    where
        customer_id is null
        and original_order_id in (
            {{ guest_orders_of_takers('touched_takers') | indent(12) }}
        )

),

returns as (

    select
        *,
        {{ order_key('original_order_id', 'customer_id') }} as original_order_key,
        {{ return_taker('customer_id', 'original_order_id') }} as taker
    from returns_of_takers

),

sales as (

    select
        {{ order_key('order_id', 'customer_id') }} as order_key,
        first_sold_at
    from {{ ref('order_days') }}
    where
        sale_lines > 0
        and order_lookup in (
            select {{ order_lookup('returns.original_order_id') }}
            from returns
            where returns.original_order_id is not null
        )

),

named_orders as (

    select
        order_key,
        min(first_sold_at) as known_at
    from sales
    where order_key in (select returns.original_order_key from returns)
    group by order_key

),

{# An order is known once it has a sale line: a rebuilt night must not see a later one. #}
addressed as (

    select
        returns.*,
        named_orders.order_key as named_order_key
    from returns
    left join named_orders
        on
            returns.original_order_key = named_orders.order_key
            and returns.ordered_at >= named_orders.known_at
    {# A guest has no other lines to take from than those of an order that is named. #}
    where returns.customer_id is not null or named_orders.order_key is not null

),

counted as (

    select
        *,
        count(*) over (partition by customer_id) as returns_of_customer,
        count(named_order_key) over (partition by customer_id) as returns_naming_an_order,
        count(product_id) over (partition by customer_id) as returns_naming_a_product
    from addressed

),

{#
    Returns that cannot want the same lines are handled side by side: those of different customers, of
    different orders where a customer's returns all name one, of different products likewise.
#}
scoped as (

    select
        *,
        case when returns_naming_an_order = returns_of_customer then named_order_key end
            as scope_order_key,
        case when returns_naming_a_product = returns_of_customer then product_id end
            as scope_product_id
    from counted

)

select
    dense_rank() over (
        order by
            customer_id nulls last,
            scope_order_key nulls last,
            scope_product_id nulls last
    ) as scope_number,
    row_number() over (
        partition by customer_id, scope_order_key, scope_product_id
        order by ordered_at, order_id, line_id nulls last, file_seq, row_number
    ) as return_number,
    line_key as return_line_key,
    taker,
    customer_id,
    named_order_key,
    product_id,
    scope_order_key,
    scope_product_id,
    case when quantity <> 0 then abs(quantity) end as pieces,
    abs(amount) as amount,
    ordered_date as returned_date,
    ordered_at as returned_at
from scoped
