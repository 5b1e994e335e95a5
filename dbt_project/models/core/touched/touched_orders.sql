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
        customer_id,
        true as is_landed
    from {{ ref('touched_lines') }}

    union all

    select
        lines.order_id,
        lines.customer_id,
        false as is_landed
    from lines
    where
        lines.cost_amount is null
        and lines.product_id in (select changed_products.product_id from changed_products)

)

select
    order_id,
    customer_id,
    max(is_landed) as is_landed,
    {{ order_lookup() }} as order_lookup
from touched
group by order_id, customer_id
