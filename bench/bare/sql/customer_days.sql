select
    days.customer_id,
    days.ordered_date as day,
    cast(sum(days.revenue) as decimal(18, 4)) as revenue,
    cast(coalesce(sum(days.sale_amount), 0) as decimal(18, 4)) as sale_amount,
    cast(coalesce(sum(days.return_amount), 0) as decimal(18, 4)) as return_amount,
    cast(coalesce(sum(days.discount_amount), 0) as decimal(18, 4)) as discount_amount,
    cast(coalesce(sum(days.coupon_amount), 0) as decimal(18, 4)) as coupon_amount,
    cast(coalesce(sum(days.known_cost), 0) as decimal(18, 4)) as known_cost,
    cast(coalesce(sum(days.known_cost_revenue), 0) as decimal(18, 4)) as known_cost_revenue,
    cast(coalesce(sum(days.known_cost_sale_revenue), 0) as decimal(18, 4))
        as known_cost_sale_revenue,
    cast(coalesce(sum(days.pieces), 0) as decimal(18, 4)) as pieces,
    cast(sum(days.lines) as bigint) as lines,
    cast(sum(days.sale_lines) as bigint) as sale_lines,
    -- An order of one day that nothing was taken from says itself whether it counts.
    count(*) filter (
        days.sale_lines > 0
        and coalesce(
            status.is_opened,
            days.sale_amount > 0 or (days.sale_amount = 0 and days.sale_pieces > 0)
        )
    ) as orders_opened
from {days} as days
left join new_order_status as status using (customer_id, order_id, ordered_date)
where days.customer_id is not null
group by days.customer_id, days.ordered_date
