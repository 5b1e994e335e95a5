{{ landed_table('identities') }}

with identities as (

    select
        customer_id,
        identifier_value,
        identifier_type,
        seen_date,
        seen_at,
        file_seq,
        row_number
    from {{ landed_rows('identities') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    identities.identifier_value,
    identities.identifier_type,
    identities.seen_date,
    identities.seen_at,
    identities.file_seq,
    identities.row_number
from identities
inner join customer_keys
    on identities.customer_id = customer_keys.source_customer_id
