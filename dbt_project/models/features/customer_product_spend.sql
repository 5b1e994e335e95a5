-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_number') }}

with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    {{ customers_to_tell() | indent(4) }}

),

products as (

    select
        products.product_id,
        product_groups.product_group
    from {{ ref('products') }} as products
    inner join {{ ref('product_groups') }} as product_groups
        on {{ is_in_group('products', 'product_groups') | indent(12) }}

),

{# The one pass over lines of a year from which breadth, shares and preferences come. #}
spends as (

    select
        customers.customer_number,
        products.product_group,
        sum(lines.amount) as sale_amount,
        sum(lines.discount_amount) as discount_amount,
        count(*) as lines
    from {{ ref('transactions') }} as lines
    cross join night
    inner join products on lines.product_id = products.product_id
    inner join customers on lines.customer_id = customers.customer_id
    where
        lines.transaction_type = 'sale'
        and lines.ordered_date between night.window_start and night.as_of_date
    group by customers.customer_number, products.product_group

)

select
    spends.customer_number,
    spends.product_group,
    cast(spends.sale_amount as decimal(18, 4)) as sale_amount,
    cast(coalesce(spends.discount_amount, 0) as decimal(18, 4)) as discount_amount,
    spends.lines
from spends
