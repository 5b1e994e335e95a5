with landed as (

    select
        order_id,
        customer_id,
        original_order_id,
        transaction_type,
        ordered_date,
        ordered_at
    from {{ ref('touched_transactions') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    landed.order_id,
    customer_keys.customer_id,
    landed.original_order_id,
    landed.transaction_type,
    landed.ordered_date,
    landed.ordered_at
from landed
left join customer_keys
    on landed.customer_id = customer_keys.source_customer_id
