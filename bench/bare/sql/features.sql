-- As of getvariable('as_of'), windows of 365 days.
create or replace table features.night_customers as
select
    coalesce(customers.customer_id, events.customer_id) as customer_id,
    customers.* exclude (customer_id, file_seq, row_number, email, phone, first_name, last_name,
        postal_code, latitude, longitude, birth_date, updated_at, created_at),
    date_diff('year', customers.birth_date, getvariable('as_of')) as age_about
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

create or replace table features.counted_order_days as
with closed as (
    select customer_id, order_date as day, sum(orders) as orders
    from core.closures
    where closed_date <= getvariable('as_of')
    group by all
)
select
    customer_id, days.day as order_date,
    cast(days.orders_opened - coalesce(closed.orders, 0) as bigint) as orders
from core.customer_days as days
left join closed using (customer_id, day)
semi join features.night_customers using (customer_id)
where days.day <= getvariable('as_of') and days.orders_opened > coalesce(closed.orders, 0);

create or replace table features.customer_rfm as
with orders as (
    select
        customer_id,
        count(*) - 1 as gaps,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        sum(orders) filter (order_date > getvariable('as_of') - 365) as frequency
    from features.counted_order_days
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

-- Departments as bits of one number: a distinct count without a second aggregation.
create or replace table features.customer_behaviour as
with departments as (
    select product_id, dense_rank() over (order by coalesce(department, category)) - 1 as bit
    from core.products
    where coalesce(department, category) is not null
),
breadth as (
    select lines.customer_id, bit_count(bit_or(1::hugeint << bit)) as departments
    from core.transactions as lines
    inner join departments using (product_id)
    where
        lines.transaction_type = 'sale' and lines.customer_id is not null
        and lines.ordered_date between getvariable('as_of') - 364 and getvariable('as_of')
    group by lines.customer_id
),
months as (
    select
        customer_id,
        bit_count(bit_or(1 << cast(
            floor((getvariable('as_of') - order_date) * 12 / 365.0) as integer))) as months
    from features.counted_order_days
    where order_date > getvariable('as_of') - 365
    group by customer_id
),
events as (
    select
        customer_id,
        count(*) filter (occurred_at::date > getvariable('as_of') - 90) as events
    from core.engagement_events
    where event_type <> 'email_sent' and occurred_at::date <= getvariable('as_of')
    group by customer_id
)
select
    customer_id, recency_days, frequency,
    average_order_value, round(sale_lines_365d / frequency, 9) as lines_per_order_365d,
    months.months as active_months_365d, coalesce(discount_share, 0) as discount_share_365d,
    coalesce(return_share, 0) as return_share_365d,
    coalesce(breadth.departments, 0) as department_breadth_365d,
    coalesce(events.events, 0) as engagement_events_90d
from features.customer_rfm
inner join months using (customer_id)
left join breadth using (customer_id)
left join events using (customer_id)
where frequency > 0;

create or replace table features.cadence_groups as
select gaps, gap_days, count(*) as customers
from features.customer_rfm
where gaps >= 1
group by all;
