-- depends_on: {{ ref('customer_product_preferences') }}
with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

products as (

    {{ products_in_groups() | indent(4) }}

)

select
    products.product_id,
    products.group_digest,
    night.as_of_date
from products
cross join night
