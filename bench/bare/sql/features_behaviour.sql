-- What Strata's learned segmentation is told of: nothing is learned here.
create or replace table features.customer_behaviour as
with events as (
    select customer_id, sum(own_events_90d)::bigint as events
    from event_sums
    group by customer_id
)
select
    customer_id, recency_days, frequency,
    average_order_value, round(sale_lines_365d / frequency, 9) as lines_per_order_365d,
    rhythms.active_twelfths_365d as active_months_365d,
    coalesce(discount_share, 0) as discount_share_365d,
    coalesce(return_share, 0) as return_share_365d,
    preferences.departments_365d as department_breadth_365d,
    coalesce(events.events, 0) as engagement_events_90d
from features.customer_rfm
inner join features.purchase_rhythms as rhythms using (customer_id)
inner join features.customer_preferences as preferences using (customer_id)
left join events using (customer_id)
where frequency > 0;
