with lines as (

    select * from {{ ref('stg_landing__transactions') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

),

products as (

    select
        product_id,
        unit_cost
    from {{ ref('products') }}

),

costed as (

    select
        lines.*,
        customer_keys.customer_id as canonical_customer_id,
        coalesce(
            abs(lines.cost_amount),
            cast(abs(lines.quantity) * products.unit_cost as decimal(18, 4))
        ) as unsigned_cost,
        {# At amount 0 the type decides: goods given away have their cost, goods back return it. #}
        lines.amount < 0
        or (lines.amount = 0 and lines.transaction_type in ('return', 'cancellation'))
            as is_negative
    from lines
    left join customer_keys
        on lines.customer_id = customer_keys.source_customer_id
    left join products
        on lines.product_id = products.product_id

)

select
    file_seq * 10000000000 + row_number as line_key,
    {{ order_key('order_id', 'canonical_customer_id') }} as order_key,
    order_id,
    line_id,
    canonical_customer_id as customer_id,
    product_id,
    store_id,
    original_order_id,
    transaction_type,
    channel,
    currency,
    quantity,
    amount,
    discount_amount,
    coupon_amount,
    case when is_negative then -unsigned_cost else unsigned_cost end as line_cost,
    ordered_date,
    ordered_at,
    file_seq,
    row_number
from costed
