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

active as (

    select
        cohorts.cohort_month,
        cast({{ dbt.date_trunc('month', 'order_days.order_date') }} as date) as activity_month,
        count(distinct cohorts.customer_id) as active_customers
    from {{ ref('counted_order_days') }} as order_days
    inner join cohorts on order_days.customer_id = cohorts.customer_id
    group by
        cohorts.cohort_month,
        cast({{ dbt.date_trunc('month', 'order_days.order_date') }} as date)

),

revenues as (

    select
        cohorts.cohort_month,
        cast({{ dbt.date_trunc('month', 'days.day') }} as date) as activity_month,
        sum(days.revenue) as revenue
    from {{ ref('customer_days') }} as days
    cross join night
    inner join cohorts on days.customer_id = cohorts.customer_id
    where days.day <= night.as_of_date
    group by
        cohorts.cohort_month,
        cast({{ dbt.date_trunc('month', 'days.day') }} as date)

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
