{{ landed_table('credit_events') }}

with events as (

    select
        customer_id,
        event_type,
        days_past_due,
        amount,
        occurred_date,
        occurred_at,
        file_seq,
        row_number
    from {{ landed_rows('credit_events') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    events.event_type,
    events.days_past_due,
    events.amount,
    events.occurred_date,
    events.occurred_at,
    events.file_seq,
    events.row_number
from events
inner join customer_keys
    on events.customer_id = customer_keys.source_customer_id
