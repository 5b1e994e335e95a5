with

night as (

    select run_id
    from {{ source('ops', 'night') }}

),

{# Days up to the latest night that ever ran: a back-dated night takes no day away. #}
latest as (

    select max(as_of_date) as as_of_date
    from {{ ref('segment_nights') }}

)

select
    latest.as_of_date,
    night.run_id,
    days.day as revenue_date,
    cast(days.revenue as decimal(18, 2)) as revenue,
    cast(days.guest_revenue as decimal(18, 2)) as guest_revenue,
    days.orders,
    days.customers
from {{ ref('daily_revenue') }} as days
cross join night
cross join latest
where days.day <= latest.as_of_date
