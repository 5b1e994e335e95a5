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

products as (

    select
        product_id,
        category
    from {{ ref('products') }}
    where category is not null

),

{# An order that has several lines of a category is one order of it: counted in two steps, since
   distinct orders of each pair would cost several times as much. #}
orders as (

    select
        lines.customer_id,
        lines.order_id,
        products.category,
        sum(lines.amount) as sale_amount,
        sum(lines.discount_amount) as discount_amount,
        count(*) as lines
    from {{ ref('transactions') }} as lines
    cross join night
    inner join products on lines.product_id = products.product_id
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
    group by lines.customer_id, lines.order_id, products.category

),

spends as (

    select
        customer_id,
        category,
        sum(sale_amount) as sale_amount,
        sum(discount_amount) as discount_amount,
        sum(lines) as lines,
        count(*) as orders
    from orders
    group by customer_id, category

)

select
    spends.customer_id,
    spends.category,
    cast(spends.sale_amount as decimal(18, 4)) as sale_amount,
    cast(coalesce(spends.discount_amount, 0) as decimal(18, 4)) as discount_amount,
    cast(spends.lines as bigint) as lines,
    cast(spends.orders as bigint) as orders,
    night.as_of_date
from spends
inner join customers on spends.customer_id = customers.customer_id
cross join night
