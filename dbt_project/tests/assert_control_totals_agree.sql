{#
    Guards against revenue that is lost, doubled or read wrongly between the seller's books and core:
    every line lands, and still the month is not the one that was sold. Months that are not over on
    the night are left out, for their lines are still to come.
#}
{{ config(meta={'dagster': {'ref': {'name': 'control_comparison'}}}) }}

select
    comparison.month,
    comparison.control_revenue,
    comparison.revenue,
    comparison.control_orders,
    comparison.orders
from {{ ref('control_comparison') }} as comparison
cross join {{ source('ops', 'night') }} as night
where
    comparison.month < substring(cast(night.as_of_date + 1 as varchar), 1, 7)
    and (
        abs(comparison.revenue - comparison.control_revenue) > night.control_tolerance
        or comparison.orders <> comparison.control_orders
    )
