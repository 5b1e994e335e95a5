with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

cohorts as (

    select
        customer_id,
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month
    from {{ ref('customer_rfm') }}
    where first_order_date is not null

),

sizes as (

    select
        cohort_month,
        count(*) as customers
    from cohorts
    group by cohort_month

),

{# All months of the account, so that a month without a single order shows as zero. #}
months as (

    select distinct cast({{ dbt.date_trunc('month', 'days.day') }} as date) as activity_month
    from {{ ref('daily_revenue') }} as days
    cross join night
    where days.day <= night.as_of_date

),

{# Whoever is active in a month has one first order day in it, so that nobody has to be told apart:
   an order day knows how long after the one before it and after the first of all it came. #}
first_days_of_months as (

    select
        order_date,
        coalesce(gap_days + gap_days_before, 0) as days_since_first,
        count(*) as customers
    from {{ ref('counted_order_days') }}
    where gap_days is null or gap_days >= extract(day from order_date)
    group by order_date, coalesce(gap_days + gap_days_before, 0)

),

active as (

    select
        cast({{ dbt.date_trunc('month', day_plus('order_date', '-days_since_first')) }} as date)
            as cohort_month,
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as activity_month,
        cast(sum(customers) as bigint) as active_customers
    from first_days_of_months
    group by
        cast({{ dbt.date_trunc('month', day_plus('order_date', '-days_since_first')) }} as date),
        cast({{ dbt.date_trunc('month', 'order_date') }} as date)

),

{# By day first: cutting millions of days down to months costs more than grouping them. #}
daily_revenues as (

    select
        cohorts.cohort_month,
        days.day,
        sum(days.revenue) as revenue
    from {{ ref('customer_days') }} as days
    cross join night
    inner join cohorts on days.customer_id = cohorts.customer_id
    where days.day <= night.as_of_date
    group by cohorts.cohort_month, days.day

),

revenues as (

    select
        cohort_month,
        cast({{ dbt.date_trunc('month', 'day') }} as date) as activity_month,
        sum(revenue) as revenue
    from daily_revenues
    group by cohort_month, cast({{ dbt.date_trunc('month', 'day') }} as date)

)

select
    night.as_of_date,
    night.run_id,
    sizes.cohort_month,
    cast({{ dbt.datediff('sizes.cohort_month', 'months.activity_month', 'month') }} as bigint)
        as month_number,
    sizes.customers,
    coalesce(active.active_customers, 0) as active_customers,
    {{ share_of('coalesce(active.active_customers, 0)', 'sizes.customers') }} as retention_share,
    cast(coalesce(revenues.revenue, 0) as decimal(18, 2)) as revenue
from sizes
cross join night
inner join months on sizes.cohort_month <= months.activity_month
left join active
    on
        sizes.cohort_month = active.cohort_month
        and months.activity_month = active.activity_month
left join revenues
    on
        sizes.cohort_month = revenues.cohort_month
        and months.activity_month = revenues.activity_month
