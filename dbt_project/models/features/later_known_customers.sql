with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

later as (

    select days.customer_id
    from {{ ref('customer_days') }} as days
    cross join night
    where days.day > night.as_of_date

    union

    select closures.customer_id
    from {{ ref('customer_day_closures') }} as closures
    cross join night
    where closures.closed_date > night.as_of_date

)

select
    later.customer_id,
    {{ customer_lookup('later.customer_id') }} as customer_lookup,
    night.as_of_date
from later
cross join night
