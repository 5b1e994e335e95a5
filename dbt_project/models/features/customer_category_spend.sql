{{ config(materialized='view') }}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

categories as (

    select distinct
        category_number,
        category
    from {{ ref('product_groups') }}
    where category is not null

)

select
    customers.customer_id,
    categories.category,
    sums.sale_amount,
    sums.discount_amount,
    sums.lines,
    night.as_of_date
from {{ ref('customer_category_sums') }} as sums
inner join {{ ref('numbered_customers') }} as customers
    on sums.customer_number = customers.customer_number
cross join night
inner join categories on sums.category_number = categories.category_number
