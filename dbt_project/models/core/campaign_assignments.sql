{{ landed_table('campaign_assignments') }}

with assignments as (

    select
        campaign_id,
        customer_id,
        arm,
        is_randomised,
        assigned_date,
        assigned_at,
        file_seq,
        row_number
    from {{ landed_rows('campaign_assignments') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    assignments.campaign_id,
    customer_keys.customer_id,
    assignments.arm,
    assignments.is_randomised,
    assignments.assigned_date,
    assignments.assigned_at,
    assignments.file_seq,
    assignments.row_number
from assignments
inner join customer_keys
    on assignments.customer_id = customer_keys.source_customer_id
