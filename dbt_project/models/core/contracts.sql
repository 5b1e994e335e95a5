{{ landed_table('contracts') }}

with contracts as (

    select
        contract_id,
        customer_id,
        product_id,
        status,
        monthly_amount,
        started_on,
        ended_on,
        file_seq,
        row_number
    from {{ landed_rows('contracts') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    contracts.contract_id,
    customer_keys.customer_id,
    contracts.product_id,
    contracts.status,
    contracts.monthly_amount,
    contracts.started_on,
    contracts.ended_on,
    contracts.file_seq,
    contracts.row_number
from contracts
inner join customer_keys
    on contracts.customer_id = customer_keys.source_customer_id
