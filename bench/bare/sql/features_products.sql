-- What customers buy: categories, brands, the next category, deals.

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
left join customer_numbers as customers using (customer_id)
where
    lines.transaction_type = 'sale'
    and lines.ordered_date between getvariable('as_of') - 364 and getvariable('as_of')
    and (lines.customer_id is null or customers.customer_no is not null);

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
inner join customer_numbers using (customer_no)
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
inner join customer_numbers using (customer_no)
inner join features.customer_rfm using (customer_id);
