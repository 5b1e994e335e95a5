-- As of getvariable('as_of'), windows of 365 days.
create or replace table features.night_customers as
select
    coalesce(customers.customer_id, events.customer_id) as customer_id,
    customers.* exclude (customer_id, file_seq, row_number, email, phone, first_name, last_name,
        postal_code, latitude, longitude, birth_date, age_band, updated_at, created_at),
    datesub('year', customers.birth_date, getvariable('as_of')) as age,
    case
        when age between 0 and 17 then 'under 18'
        when age between 18 and 24 then '18-24'
        when age between 25 and 34 then '25-34'
        when age between 35 and 44 then '35-44'
        when age between 45 and 54 then '45-54'
        when age between 55 and 64 then '55-64'
        when age between 65 and 120 then '65+'
        else 'unknown'
    end as age_band,
    month(customers.birth_date) as birthday_month
from core.customers as customers
full join core.first_events as events using (customer_id)
where
    coalesce(customers.profiling_consent, true)
    and (
        events.first_event_date <= getvariable('as_of')
        or coalesce(customers.created_at, customers.updated_at)::date <= getvariable('as_of')
        or (customers.customer_id is not null
            and coalesce(customers.created_at, customers.updated_at) is null)
    );

-- What is sorted or grouped by customer again and again goes by number.
create or replace temp table customer_numbers as
select customer_id, rowid::integer as customer_no
from features.night_customers;

-- Sorted by customer once, for rhythm, loyalty and lifecycle.
create or replace temp table counted_order_days as
with closed as (
    select customer_id, order_date as day, sum(orders) as orders
    from core.closures
    where closed_date <= getvariable('as_of')
    group by all
)
select
    customer_id, days.day as order_date,
    cast(days.orders_opened - coalesce(closed.orders, 0) as bigint) as orders,
    days.day - lag(days.day) over by_customer as gap_days,
    first_value(days.day) over by_customer as first_date,
    row_number() over by_customer - 2 as gaps_before
from core.customer_days as days
left join closed using (customer_id, day)
inner join customer_numbers using (customer_id)
where days.day <= getvariable('as_of') and days.orders_opened > coalesce(closed.orders, 0)
window by_customer as (partition by customer_no order by days.day);

create or replace table features.customer_rfm as
with orders as (
    select
        customer_id,
        count(*) - 1 as gaps,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        sum(orders) filter (order_date > getvariable('as_of') - 365) as frequency
    from counted_order_days
    group by customer_id
),
money as (
    select
        customer_id,
        sum(revenue) as monetary,
        sum(sale_amount) as sales,
        sum(return_amount) as returns,
        sum(discount_amount) as discounts,
        sum(sale_lines) as sale_lines,
        sum(known_cost) as known_cost,
        sum(known_cost_revenue) as known_cost_revenue,
        sum(known_cost_sale_revenue) as known_cost_sales
    from core.customer_days
    where day between getvariable('as_of') - 364 and getvariable('as_of')
    group by customer_id
)
select
    customer_id,
    getvariable('as_of') - orders.last_order_date as recency_days,
    cast(coalesce(orders.frequency, 0) as bigint) as frequency,
    cast(coalesce(money.monetary, 0) as decimal(18, 4)) as monetary,
    getvariable('as_of') - orders.first_order_date as tenure_days,
    round(monetary::double / nullif(orders.frequency, 0), 9) as average_order_value,
    case when sales + discounts > 0
        then round(discounts::double / (sales + discounts), 9) end as discount_share,
    case when sales > 0
        then least(greatest(round(-returns::double / sales, 9), 0), 1) end as return_share,
    coalesce(orders.gaps, 0) as gaps,
    coalesce(orders.last_order_date - orders.first_order_date, 0) as gap_days,
    orders.first_order_date,
    orders.last_order_date,
    coalesce(money.sale_lines, 0) as sale_lines_365d,
    coalesce(money.sales, 0) as sales_365d,
    coalesce(money.returns, 0) as returns_365d,
    coalesce(money.discounts, 0) as discounts_365d,
    coalesce(money.known_cost, 0) as known_cost_365d,
    coalesce(money.known_cost_revenue, 0) as known_cost_revenue_365d,
    coalesce(money.known_cost_sales, 0) as known_cost_sales_365d
from features.night_customers
left join orders using (customer_id)
left join money using (customer_id);

create or replace table features.customer_value as
with account as (
    select
        coalesce(
            sum(sales_365d) > 0 and sum(known_cost_revenue_365d) > 0
            and sum(known_cost_sales_365d) >= 0.95 * sum(sales_365d), false
        ) as is_margin,
        round((sum(known_cost_revenue_365d) - sum(known_cost_365d))::double
            / nullif(sum(known_cost_revenue_365d), 0), 9) as rate
    from features.customer_rfm
)
select
    customer_id,
    case when is_margin then 'margin' else 'revenue' end as value_basis,
    sale_lines_365d > 0 as has_sale_line_365d,
    case
        when is_margin then cast(round(
            (known_cost_revenue_365d - known_cost_365d)::double
            + (monetary - known_cost_revenue_365d)::double * rate, 4
        ) as decimal(18, 4))
        else monetary
    end as value_365d
from features.customer_rfm
cross join account;

create or replace table features.cadence_groups as
select gaps, gap_days, count(*) as customers
from features.customer_rfm
where gaps >= 1
group by all;
