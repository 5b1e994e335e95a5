{{ landed_table('engagement_events') }}

with events as (

    select
        event_id,
        customer_id,
        campaign_id,
        product_id,
        event_type,
        channel,
        topic,
        duration_seconds,
        value,
        occurred_date,
        resolved_date,
        occurred_at,
        resolved_at,
        file_seq,
        row_number
    from {{ landed_rows('engagement_events') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    events.event_id,
    customer_keys.customer_id,
    events.campaign_id,
    events.product_id,
    events.event_type,
    events.channel,
    events.topic,
    events.duration_seconds,
    events.value,
    events.occurred_date,
    events.resolved_date,
    events.occurred_at,
    events.resolved_at,
    {{ event_lookup('events.') }} as event_lookup,
    events.file_seq,
    events.row_number
from events
inner join customer_keys
    on events.customer_id = customer_keys.source_customer_id
