{{ config(meta={'reconcile': false}) }}

{#
    Of whom it is told anew how they were in touch. A touch is never forgotten, so these are whoever
    had one since the last night, or of whom one was landed, and all of whom it is told anew what
    they bought.
#}
with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

last_night as (

    select as_of_date
    from {{ as_left_by_last_night('features', 'counted_night', {'as_of_date': 'date'}) }}

),

recounted as (

    select
        customer_id,
        is_everybody
    from {{ ref('recounted_customers') }}

),

nothing_kept as (

    select count(*) > 0 as is_everybody
    from recounted
    where is_everybody

),

retouched as (

    select customer_id
    from recounted

    union

    select customer_id
    from {{ ref('touched_customers') }}

    union

    {# Events that were landed before their day. #}
    select events.customer_id
    from {{ ref('engagement_events') }} as events
    cross join night
    inner join last_night on events.occurred_date > last_night.as_of_date
    where events.occurred_date <= night.as_of_date

)

select
    retouched.customer_id,
    {{ customer_lookup('retouched.customer_id') }} as customer_lookup,
    nothing_kept.is_everybody
from retouched
cross join nothing_kept
