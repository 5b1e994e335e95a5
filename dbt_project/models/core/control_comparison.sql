with night as (

    select
        control_tolerance,
        as_of_date
    from {{ source('ops', 'night') }}

),

totals as (

    select
        month,
        revenue,
        orders
    from {{ ref('control_totals') }}

),

days as (

    select
        substring(cast(day as varchar), 1, 7) as month,
        revenue,
        orders
    from {{ ref('daily_revenue') }}

),

months as (

    select
        month,
        sum(revenue) as revenue,
        sum(orders) as orders
    from days
    group by month

)

select
    totals.month,
    totals.revenue as control_revenue,
    cast(coalesce(months.revenue, 0) as decimal(18, 4)) as revenue,
    night.control_tolerance as tolerance,
    totals.orders as control_orders,
    cast(coalesce(months.orders, 0) as bigint) as orders,
    totals.month < substring(cast(night.as_of_date + 1 as varchar), 1, 7) as is_over
from totals
left join months on totals.month = months.month
cross join night
