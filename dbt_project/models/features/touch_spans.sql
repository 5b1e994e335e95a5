{{ config(materialized='view') }}

{# Between a channel and a campaign, as one value; neither holds it. #}
{% set separator = 'chr(31)' %}

with

night as (

    select
        journey_stage_considering_events,
        journey_stage_review_rating,
        as_of_date
    from {{ source('ops', 'night') }}

),

retouched as (

    select
        customer_id,
        customer_lookup
    from {{ ref('retouched_customers') }}

),

considering as (

    {{ rows_of('night', 'journey_stage_considering_events') | indent(4) }}

),

{# Searched before the night is joined to them (`order_days_to_tell`). Whoever shares a number with
   one of them is found too; `customer_touches` leaves them out. #}
events_of_retouched as (

    select *
    from {{ ref('engagement_events') }}
    where customer_id in (select retouched.customer_id from retouched)

),

days_of_retouched as (

    select *
    from {{ ref('order_days') }}
    where
        customer_lookup in (
            select retouched.customer_lookup
            from retouched
            where {{ is_key('retouched.customer_lookup') }}
        )

),

{# To be sent something is no touch: the customer had no part in it. Grouped by what a touch is told
   by before the first and last are sought: times are compared faster than rows of them. #}
event_touches as (

    select
        events.customer_id,
        coalesce(events.channel, 'unknown') as channel,
        coalesce(events.campaign_id, '') as campaign_id,
        min(events.occurred_date) as first_date,
        max(events.occurred_date) as last_date,
        max(case when considering.name is not null then events.occurred_date end)
            as last_considered_date,
        max(case
            when
                events.event_type = 'review'
                and (events.value is null or events.value >= night.journey_stage_review_rating)
                then events.occurred_date
        end) as last_review_date,
        min(events.occurred_at) as first_at,
        max(events.occurred_at) as last_at
    from events_of_retouched as events
    cross join night
    left join considering on events.event_type = considering.name
    where
        events.occurred_date <= night.as_of_date
        and not events.event_type like '%\_sent' escape '\'
    group by
        events.customer_id, coalesce(events.channel, 'unknown'), coalesce(events.campaign_id, '')

),

{# A purchase is a touch also when it comes back later; it has the time of its day's first line. #}
order_touches as (

    select
        days.customer_id,
        coalesce(days.channel, 'unknown') as channel,
        min(days.day) as first_date,
        max(days.day) as last_date,
        min(days.first_sold_at) as first_at,
        max(days.first_sold_at) as last_at
    from days_of_retouched as days
    cross join night
    where
        days.sale_lines > 0
        and days.day <= night.as_of_date
    group by days.customer_id, coalesce(days.channel, 'unknown')

)

select
    customer_id,
    channel || {{ separator }} || campaign_id as touch,
    first_date,
    last_date,
    last_considered_date,
    last_review_date,
    first_at,
    last_at
from event_touches

union all

select
    customer_id,
    channel || {{ separator }} as touch,
    first_date,
    last_date,
    cast(null as date) as last_considered_date,
    cast(null as date) as last_review_date,
    first_at,
    last_at
from order_touches
