-- Where and when customers buy, how regularly, and what they prefer.

-- Where and when orders of 365 days were made: one pass over order days.
create or replace temp table year_orders as
select customer_id, channel, store_id, sale_amount, first_sold_at
from core.order_days
semi join features.night_customers using (customer_id)
where
    sale_lines > 0
    and ordered_date between getvariable('as_of') - 364 and getvariable('as_of');

create or replace table features.customer_channels as
with spend as (
    select customer_id, channel, count(*) as orders, sum(sale_amount) as sale_amount
    from year_orders
    where channel is not null
    group by customer_id, channel
)
select
    customer_id,
    min_by(channel, row(-orders, -sale_amount, channel)) as main_channel,
    max(orders) as main_channel_orders,
    coalesce(sum(orders) filter (kind = 'online'), 0)::bigint as online_orders,
    coalesce(sum(orders) filter (kind = 'store'), 0)::bigint as store_orders,
    coalesce(sum(orders) filter (kind = 'other'), 0)::bigint as other_orders
from spend
inner join (
    select distinct
        channel,
        case
            when lower(channel) in ('web', 'app', 'marketplace') then 'online'
            when lower(channel) = 'store' then 'store'
            else 'other'
        end as kind
    from spend
) as kinds using (channel)
group by customer_id;

create or replace table features.customer_stores as
with spend as (
    select customer_id, store_id, count(*) as orders, sum(sale_amount) as sale_amount
    from year_orders
    where store_id is not null
    group by customer_id, store_id
)
select
    customer_id,
    min_by(store_id, row(-orders, -sale_amount, store_id)) as preferred_store,
    max(orders) as preferred_store_orders
from spend
group by customer_id;

-- A time of midnight sharp is a date without a time.
create or replace table features.customer_day_parts as
with parts as (
    select
        customer_id,
        count(*) filter (hour between 5 and 11) as morning,
        count(*) filter (hour between 12 and 16) as afternoon,
        count(*) filter (hour between 17 and 20) as evening,
        count(*) filter (hour < 5 or hour > 20) as night
    from (
        select customer_id, hour(first_sold_at) as hour
        from year_orders
        where first_sold_at <> date_trunc('day', first_sold_at)
    )
    group by customer_id
)
select
    customer_id,
    case greatest(morning, afternoon, evening, night)
        when morning then 'morning'
        when afternoon then 'afternoon'
        when evening then 'evening'
        else 'night'
    end as preferred_day_part
from parts;

-- Periods with an order as bits of one number: a distinct count without a second aggregation.
create or replace table features.purchase_rhythms as
with night as (
    select
        year(getvariable('as_of')) * 12 + month(getvariable('as_of')) as month_no,
        year(getvariable('as_of')) * 4 + quarter(getvariable('as_of')) as quarter_no
),
days as (
    select
        customer_id, gap_days,
        month_no - (year(order_date) * 12 + month(order_date)) as months_ago,
        quarter_no - (year(order_date) * 4 + quarter(order_date)) as quarters_ago,
        getvariable('as_of') - order_date as days_ago
    from counted_order_days
    cross join night
),
summed as (
    select
        customer_id,
        count(gap_days) as gaps,
        sum(gap_days) as gap_days,
        sum(gap_days * gap_days) as squared_gap_days,
        bit_count(bit_or(case when months_ago < 12 then 1 << months_ago::integer end))
            as active_months,
        min(months_ago) as months_since_last,
        bit_count(bit_or(case when quarters_ago < 8 then 1 << quarters_ago::integer end))
            as active_quarters,
        min(quarters_ago) as quarters_since_last,
        bit_count(bit_or(case when days_ago < 365
            then 1 << (days_ago * 12 // 365)::integer end))
            as active_twelfths_365d
    from days
    group by customer_id
)
select
    customer_id,
    ratio_of(gap_days, gaps) as mean_gap_days,
    -- Deviation (n - 1) over mean.
    case when gaps > 1
        then round(sqrt((gaps * squared_gap_days - gap_days * gap_days)::double
            * gaps / (gaps - 1)) / gap_days, 9)
    end as gap_variation,
    coalesce(active_months, 0) as active_months, months_since_last,
    coalesce(active_quarters, 0) as active_quarters, quarters_since_last,
    coalesce(active_twelfths_365d, 0) as active_twelfths_365d
from summed;

-- Months or quarters for all customers, by the median gap; a few hundred gaps instead of millions.
create or replace table features.customer_loyalty as
with gaps as (
    select gap_days, count(*) as gaps
    from counted_order_days
    where gap_days is not null
    group by gap_days
),
placed as (
    select
        gap_days, sum(gaps) over (order by gap_days) as gaps_so_far, sum(gaps) over () as all_gaps
    from gaps
),
account as (
    select
        (min(gap_days) filter (2 * gaps_so_far >= all_gaps)
            + min(gap_days) filter (2 * gaps_so_far > all_gaps)) / 2.0 as median_gap_days,
        coalesce(median_gap_days < 45, false) as is_by_months,
        (select quantile_cont(value_365d::double, 0.5)
        from features.customer_value where value_365d > 0) as median_value
    from placed
),
counted as (
    select
        customer_id, rfm.recency_days, account.median_gap_days, account.is_by_months,
        coalesce(if(is_by_months, active_months, active_quarters), 0) as active_periods,
        if(is_by_months, months_since_last, quarters_since_last) as periods_since_last,
        if(is_by_months, 10, 7) as super_loyal_from,
        if(is_by_months, 7, 5) as loyal_from,
        if(is_by_months, 3, 2) as recent_periods,
        coalesce(value_365d > 0 and value_365d::double >= median_value, false) as has_high_profit
    from features.customer_rfm as rfm
    cross join account
    inner join features.customer_value using (customer_id)
    left join features.purchase_rhythms using (customer_id)
)
select
    *,
    case
        when active_periods = 0 then 'none'
        when periods_since_last >= recent_periods then if(active_periods > 1, 'lapsing', 'trial')
        when active_periods >= super_loyal_from then 'super_loyal'
        when active_periods >= loyal_from then 'loyal'
        when active_periods > 1 then 'high_potential'
        else 'fresh'
    end as loyalty_group,
    case
        when active_periods = 0 then null
        when loyalty_group in ('super_loyal', 'loyal')
            then if(has_high_profit, 'true_friends', 'barnacles')
        else if(has_high_profit, 'butterflies', 'strangers')
    end as profit_group
from counted;

create or replace table features.customer_preferences as
select
    customer_id, products.preferred_category, products.preferred_department,
    products.preferred_brand, channels.main_channel as preferred_channel, stores.preferred_store,
    parts.preferred_day_part, next_categories.next_category as next_best_category,
    next_categories.lift as next_best_category_lift,
    coalesce(products.categories_365d, 0) as categories_365d,
    coalesce(products.departments_365d, 0) as departments_365d,
    products.brand_loyalty_share, rhythms.mean_gap_days, rhythms.gap_variation
from features.night_customers
left join features.product_preferences as products using (customer_id)
left join features.customer_channels as channels using (customer_id)
left join features.customer_stores as stores using (customer_id)
left join features.customer_day_parts as parts using (customer_id)
left join features.next_categories as next_categories using (customer_id)
left join features.purchase_rhythms as rhythms using (customer_id);
