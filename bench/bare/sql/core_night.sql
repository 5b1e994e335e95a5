-- What is small enough to be made anew every night.
create or replace table core.closures as
select
    customer_id, order_date, ordered_date as closed_date,
    cast(-sum(orders_delta) as bigint) as orders
from core.order_status
where customer_id is not null and orders_delta <> 0
group by all
having sum(orders_delta) <> 0;

create or replace table core.daily_revenue as
with opened as (
    select
        days.ordered_date as day,
        count(*) filter (
            coalesce(status.is_opened, days.sale_amount > 0
                or (days.sale_amount = 0 and days.sale_pieces > 0))
        ) as orders_opened
    from core.order_days as days
    left join core.order_status as status
        on days.order_id = status.order_id
        and days.ordered_date = status.ordered_date
        and days.customer_id is not distinct from status.customer_id
    where days.sale_lines > 0
    group by day
),
reversed as (
    select order_date as day, sum(orders_delta) as orders
    from core.order_status
    where orders_delta <> 0
    group by order_date
),
summed as (
    select
        ordered_date as day,
        sum(revenue) as revenue,
        sum(revenue) filter (customer_id is null) as guest_revenue
    from core.order_days
    group by ordered_date
),
counted as (
    select day, count(*) as customers
    from core.customer_days
    group by day
)
select
    day, revenue, coalesce(guest_revenue, 0) as guest_revenue,
    coalesce(counted.customers, 0) as customers,
    coalesce(orders_opened, 0) + coalesce(reversed.orders, 0) as orders
from summed
left join counted using (day)
left join opened using (day)
left join reversed using (day);

-- The first sign of everybody who is mentioned anywhere.
create or replace table core.first_events as
select customer_id, min(first_event_date) as first_event_date
from (
    select customer_id, min(day) as first_event_date
    from core.customer_days group by customer_id
    union all
    select customer_id, min(occurred_at)::date from core.engagement_events group by customer_id
    union all
    select customer_id, min(assigned_at)::date from core.campaign_assignments group by customer_id
    union all
    select customer_id, min(responded_at)::date from core.survey_responses group by customer_id
    union all
    select customer_id, min(started_on) from core.contracts group by customer_id
    union all
    select customer_id, min(held_on) from core.holdings group by customer_id
    union all
    select customer_id, min(occurred_at)::date from core.credit_events group by customer_id
    union all
    select referrer_customer_id, min(referred_at)::date from core.referrals group by all
    union all
    select referred_customer_id, min(referred_at)::date from core.referrals group by all
    union all
    select customer_id, min(requested_at)::date from core.erasure_requests group by customer_id
    union all
    select customer_id, min(seen_at)::date from core.identities group by customer_id
)
group by customer_id;
