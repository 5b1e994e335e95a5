{{ config(schema='work') }}

{%- set lines = ref('transactions') %}
{%- set named_by_guests -%}
select {{ lookup(order_id_of('returns.scope_order_key')) }} as order_lookup
from {{ ref('int_returns_sequenced') }} as returns
where returns.customer_id is null
{%- endset %}

with returns as (

    select
        scope_number,
        customer_id,
        scope_order_key,
        scope_product_id
    from {{ ref('int_returns_sequenced') }}

),

{# Found by number, and materialized: what else is asked of lines is asked of what was found, or the
   ids of all lines would be read for it. #}
lines_of_customers as materialized (

    select
        line_key,
        order_id,
        line_id,
        customer_id,
        product_id,
        transaction_type,
        quantity,
        amount,
        ordered_at
    from {{ ref('transactions') }}
    where
        customer_lookup in (
            select {{ lookup('returns.customer_id') }}
            from returns
            where returns.customer_id is not null
        )

),

{# A guest's return takes from the order that it names. #}
lines_of_guests as materialized (

    select
        line_key,
        order_id,
        line_id,
        customer_id,
        product_id,
        transaction_type,
        quantity,
        amount,
        ordered_at
    from {{ lines.render() }}
    where
        {{ is_among_few(lines, ['order_lookup'], named_by_guests) | indent(8) }}

),

found_lines as (

    select *
    from lines_of_customers
    where customer_id is not null

    union all

    select *
    from lines_of_guests
    where customer_id is null

),

sale_lines as (

    select
        *,
        {{ order_key('order_id', 'customer_id') }} as order_key
    from found_lines
    where
        transaction_type = 'sale'
        and (quantity <> 0 or amount > 0)

),

scopes as (

    select distinct *
    from returns

),

customers as (

    select
        customer_id,
        count(scope_order_key) > 0 as is_scoped_by_order,
        count(scope_product_id) > 0 as is_scoped_by_product
    from scopes
    group by customer_id

),

placed as (

    select
        sale_lines.*,
        case when customers.is_scoped_by_order then sale_lines.order_key end as scope_order_key,
        case when customers.is_scoped_by_product then sale_lines.product_id end
            as scope_product_id
    from sale_lines
    inner join customers
        on sale_lines.customer_id is not distinct from customers.customer_id

)

select
    scopes.scope_number,
    row_number() over (
        partition by scopes.scope_number
        order by
            placed.ordered_at desc,
            placed.order_id desc,
            placed.line_id desc nulls first,
            placed.line_key desc
    ) as newness,
    placed.line_key as sale_line_key,
    placed.order_key,
    placed.product_id,
    coalesce(placed.quantity <> 0, false) as has_pieces,
    placed.amount,
    coalesce(abs(nullif(placed.quantity, 0)), placed.amount) as size,
    placed.ordered_at
from placed
inner join scopes
    on
        placed.customer_id is not distinct from scopes.customer_id
        and placed.scope_order_key is not distinct from scopes.scope_order_key
        and placed.scope_product_id is not distinct from scopes.scope_product_id
