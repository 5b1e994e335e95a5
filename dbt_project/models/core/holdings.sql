{{ landed_table('holdings') }}

with holdings as (

    select
        customer_id,
        product_id,
        balance,
        risk_level,
        held_on,
        file_seq,
        row_number
    from {{ landed_rows('holdings') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    holdings.product_id,
    holdings.balance,
    holdings.risk_level,
    holdings.held_on,
    holdings.file_seq,
    holdings.row_number
from holdings
inner join customer_keys
    on holdings.customer_id = customer_keys.source_customer_id
