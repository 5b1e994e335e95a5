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

touched as (

    {{ compared_nights() }}

)

select
    in_order.scheme,
    in_order.as_of_date,
    in_order.previous_as_of_date,
    night.run_id
from in_order
inner join touched
    on in_order.scheme = touched.scheme and in_order.as_of_date = touched.as_of_date
cross join night
