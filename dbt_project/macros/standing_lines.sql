{# Order lines that stand, under the customer's own id: all of them, or tonight's touched ones. #}
{% macro standing_lines() %}
with lines as (

    select * from {{ landed_rows('transactions') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    lines.file_seq * 10000000000 + lines.row_number as line_key,
    lines.order_id,
    lines.line_id,
    customer_keys.customer_id,
    lines.product_id,
    lines.store_id,
    lines.original_order_id,
    lines.transaction_type,
    lines.channel,
    lines.currency,
    lines.quantity,
    lines.amount,
    lines.discount_amount,
    lines.coupon_amount,
    lines.cost_amount,
    lines.ordered_date,
    lines.ordered_at,
    {{ order_lookup('lines.order_id') }} as order_lookup,
    {{ customer_lookup('customer_keys.customer_id') }} as customer_lookup,
    lines.file_seq,
    lines.row_number
from lines
left join customer_keys
    on lines.customer_id = customer_keys.source_customer_id
{% endmacro %}
