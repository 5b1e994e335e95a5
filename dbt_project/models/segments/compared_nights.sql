{{ config(materialized='view') }}

with

kept as (

    select distinct
        scheme,
        as_of_date
    from {{ ref('segment_nights') }}

),

{# Each scheme by itself: a night on which a scheme was not available is not one on which everybody
   left it. #}
in_order as (

    select
        kept.scheme,
        kept.as_of_date,
        lag(kept.as_of_date) over (
            partition by kept.scheme order by kept.as_of_date
        ) as previous_as_of_date
    from kept

),

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

next_nights as (

    select
        kept.scheme,
        min(kept.as_of_date) as as_of_date
    from kept
    cross join night
    where kept.as_of_date > night.as_of_date
    group by kept.scheme

)

select
    in_order.scheme,
    in_order.as_of_date,
    in_order.previous_as_of_date,
    night.run_id
from in_order
cross join night
left join next_nights
    on in_order.scheme = next_nights.scheme and in_order.as_of_date = next_nights.as_of_date
where in_order.as_of_date = night.as_of_date or next_nights.as_of_date is not null
