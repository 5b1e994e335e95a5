-- What customers buy, where and when: preferences, rhythm, loyalty, deals, the next category.

-- The numbers of departments, categories, brands, and of what differs in any of them.
create or replace table features.product_groups as
select
    department, category, brand,
    cast(row_number() over (order by department, category, brand) - 1 as smallint)
        as product_group,
    cast(dense_rank() over (order by department nulls last) - 1 as smallint) as department_no,
    case when category is not null
        then cast(dense_rank() over (order by category nulls last) - 1 as smallint)
    end as category_no,
    case when brand is not null
        then cast(dense_rank() over (order by brand nulls last) - 1 as smallint)
    end as brand_no
from (
    select distinct coalesce(department, category) as department, category, brand
    from core.products
    where coalesce(department, category) is not null
);

-- The sale lines of 365 days: the one pass over lines. Who refused profiling is in no figure.
create or replace temp table year_lines as
with products as (
    select products.product_id, groups.product_group, groups.category_no
    from core.products as products
    inner join features.product_groups as groups
        on groups.department = coalesce(products.department, products.category)
        and groups.category is not distinct from products.category
        and groups.brand is not distinct from products.brand
)
select
    customers.customer_no, products.product_group,
    -- Category and week as one number, which joins and groups without hashing.
    cast(products.category_no * 60
        + (lines.ordered_date - date '2001-01-01') // 7
        - (getvariable('as_of') - 364 - date '2001-01-01') // 7 as integer) as category_week,
    lines.amount, lines.discount_amount, lines.coupon_amount
from core.transactions as lines
inner join products using (product_id)
left join features.night_customers as customers using (customer_id)
where
    lines.transaction_type = 'sale'
    and lines.ordered_date between getvariable('as_of') - 364 and getvariable('as_of')
    and (
        lines.customer_id is null
        or lines.customer_id not in (
            select customer_id from core.customers where not profiling_consent)
    );

create or replace temp table group_spend as
select
    customer_no, product_group,
    sum(amount)::decimal(18, 4) as sale_amount, count(*) as lines
from year_lines
where customer_no is not null
group by customer_no, product_group;

create or replace temp table category_spend as
select
    spend.customer_no, groups.category_no,
    sum(spend.sale_amount)::decimal(18, 4) as sale_amount,
    sum(spend.lines)::bigint as lines,
    sum(spend.sale_amount) filter (groups.brand_no is not null)::decimal(18, 4) as branded_amount,
    max(spend.sale_amount) filter (groups.brand_no is not null) as main_brand_amount
from group_spend as spend
inner join features.product_groups as groups using (product_group)
where groups.category_no is not null
group by spend.customer_no, groups.category_no;

create or replace table features.product_preferences as
with categories as (
    select
        customer_no, count(*) as categories,
        place_of(max(ranked(sale_amount, category_no))) as category_no,
        share_of(sum(main_brand_amount), sum(branded_amount)) as brand_loyalty_share
    from category_spend
    group by customer_no
),
department_spend as (
    select customer_no, department_no, sum(sale_amount) as sale_amount
    from group_spend
    inner join features.product_groups using (product_group)
    group by customer_no, department_no
),
departments as (
    select
        customer_no, count(*) as departments,
        place_of(max(ranked(sale_amount, department_no))) as department_no
    from department_spend
    group by customer_no
),
brand_spend as (
    select customer_no, brand_no, sum(sale_amount) as sale_amount
    from group_spend
    inner join features.product_groups using (product_group)
    where brand_no is not null
    group by customer_no, brand_no
),
brands as (
    select customer_no, place_of(max(ranked(sale_amount, brand_no))) as brand_no
    from brand_spend
    group by customer_no
)
select
    customer_id, customer_no, categories.category_no,
    category_names.category as preferred_category,
    department_names.department as preferred_department, brand_names.brand as preferred_brand,
    coalesce(categories.categories, 0) as categories_365d,
    departments.departments as departments_365d, categories.brand_loyalty_share
from departments
inner join (select customer_id, customer_no from features.night_customers) using (customer_no)
left join categories using (customer_no)
left join brands using (customer_no)
left join (select distinct department_no, department from features.product_groups)
    as department_names using (department_no)
left join (select distinct category_no, category from features.product_groups)
    as category_names using (category_no)
left join (select distinct brand_no, brand from features.product_groups)
    as brand_names using (brand_no);

-- What goes with a category more often than by chance, by lift. Of more than 20 million pairs those
-- of some customers are enough.
create or replace table features.category_rules as
with sampled as (
    select customer_no
    from (
        select
            customer_id, customer_no,
            sum(categories_365d * categories_365d) over () as all_pairs
        from features.product_preferences
        where categories_365d > 0
    )
    where
        all_pairs <= 20000000
        or substr(md5(customer_id), 1, 4)
            < lower(lpad(hex(floor(65536.0 * 20000000 / all_pairs)::bigint), 4, '0'))
),
bought as (
    select customer_no, category_no
    from category_spend
    semi join sampled using (customer_no)
),
buyers as (
    select category_no, count(*) as customers
    from bought
    group by category_no
),
-- Each pair once, then told both ways.
halves as (
    select one.category_no, other.category_no as next_category_no, count(*) as customers
    from bought as one
    inner join bought as other
        on other.customer_no = one.customer_no and other.category_no > one.category_no
    group by all
),
counted as (
    from halves
    union all
    select next_category_no, category_no, customers from halves
),
everybody as (
    select count(*) as customers
    from sampled
)
select
    counted.category_no, counted.next_category_no,
    ratio_of(
        counted.customers * everybody.customers, buyers.customers * next_buyers.customers
    ) as lift,
    row_number() over (
        partition by counted.category_no
        order by lift desc, counted.customers desc, counted.next_category_no
    ) - 1 as place
from counted
cross join everybody
inner join buyers using (category_no)
inner join buyers as next_buyers on next_buyers.category_no = counted.next_category_no
where
    counted.customers * everybody.customers > buyers.customers * next_buyers.customers
    and counted.customers >= 0.01 * everybody.customers
qualify place < 62;

-- The rules of the preferred category that a customer follows already, as bits; the first bit that
-- is missing is the next category.
create or replace table features.next_categories as
with preferred as (
    select customer_id, customer_no, category_no
    from features.product_preferences
    where category_no is not null
),
followed as (
    select customer_no, bit_or(1::bigint << rules.place::integer) as places
    from preferred
    inner join category_spend as spend using (customer_no)
    inner join features.category_rules as rules
        on rules.category_no = preferred.category_no
        and rules.next_category_no = spend.category_no
    group by customer_no
),
placed as (
    select
        customer_id, category_no,
        bit_count(coalesce(places, 0) & ~(coalesce(places, 0) + 1)) as place
    from preferred
    left join followed using (customer_no)
)
select placed.customer_id, names.category as next_category, rules.lift
from placed
inner join features.category_rules as rules using (category_no, place)
inner join (select distinct category_no, category from features.product_groups) as names
    on names.category_no = rules.next_category_no;

-- Own discounts against what is usual in the same categories and weeks.
create or replace temp table category_weeks as
select
    category_week,
    share_of(
        coalesce(sum(discount_amount), 0), sum(amount) + coalesce(sum(discount_amount), 0)
    ) as discount_share
from year_lines
where category_week is not null and amount > -coalesce(discount_amount, 0)
group by category_week;

create or replace table features.customer_deals as
with sums as (
    select
        customer_no,
        count(*) as deal_lines,
        sum(amount) + coalesce(sum(discount_amount), 0) as list_amount,
        coalesce(sum(discount_amount), 0) as discount_amount,
        coalesce(sum(coupon_amount), 0) as coupon_amount,
        sum(((amount::double + coalesce(discount_amount::double, 0)) * discount_share)
            ::decimal(18, 4)) as expected_amount
    from year_lines
    inner join category_weeks using (category_week)
    where customer_no is not null and amount > -coalesce(discount_amount, 0)
    group by customer_no
)
select
    customer_id, deal_lines,
    share_of(discount_amount, list_amount) as own_discount_share,
    share_of(expected_amount, list_amount) as expected_discount_share,
    ratio_of(discount_amount, expected_amount) as deal_index,
    share_of(coupon_amount, list_amount) as coupon_share,
    share_of(list_amount, sales_365d + discounts_365d) as category_coverage_share
from sums
inner join (select customer_id, customer_no from features.night_customers) using (customer_no)
inner join features.customer_rfm using (customer_id);

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
    from features.counted_order_days
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
    from features.counted_order_days
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
