with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        customer_number
    from {{ ref('numbered_customers') }}

),

products as (

    select
        products.product_id,
        product_groups.product_group
    from {{ ref('products') }} as products
    inner join {{ ref('product_groups') }} as product_groups
        on
            coalesce(products.department, products.category)
            is not distinct from product_groups.department
            and products.category is not distinct from product_groups.category
            and products.brand is not distinct from product_groups.brand

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
    spends.lines,
    night.as_of_date
from spends
cross join night
