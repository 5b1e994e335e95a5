-- depends_on: {{ ref('customer_product_preferences') }}
with products as (

    {{ products_in_groups() | indent(4) }}

)

select
    products.product_id,
    products.group_digest
from products
