{{ landed_table('erasure_requests') }}

with erasure_requests as (

    select
        customer_id,
        requested_date,
        requested_at,
        file_seq,
        row_number
    from {{ landed_rows('erasure_requests') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    erasure_requests.requested_date,
    erasure_requests.requested_at,
    erasure_requests.file_seq,
    erasure_requests.row_number
from erasure_requests
inner join customer_keys
    on erasure_requests.customer_id = customer_keys.source_customer_id
