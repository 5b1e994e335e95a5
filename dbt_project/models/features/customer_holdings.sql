{# Whether money is leaving is seen against so long ago. #}
{% set days_back = 90 %}

with

night as (

    select
        {{ window_start('as_of_date', 'asset_tier_told_days') }} as told_from,
        {{ day_plus('as_of_date', -days_back) }} as before_date,
        {{ window_start(day_plus('as_of_date', -days_back), 'asset_tier_told_days') }}
            as before_from,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

products as (

    select
        product_id,
        risk_level
    from {{ ref('products') }}
    where risk_level between 1 and 5

),

{# Balances of before both windows are not read: their day is looked at first. #}
told as (

    select
        holdings.customer_id,
        holdings.product_id,
        max_by(holdings.balance, holdings.held_on) filter (
            where holdings.held_on >= night.told_from
        ) as balance,
        max_by(holdings.balance, holdings.held_on) filter (
            where holdings.held_on <= night.before_date
        ) as balance_90d_ago,
        {# `max_by` passes over nulls: an unknown level of the last day is 0, not that of before. #}
        max_by(
            case when holdings.risk_level between 1 and 5 then holdings.risk_level else 0 end,
            holdings.held_on
        ) as own_risk_level,
        max(holdings.held_on) as held_date
    from {{ ref('holdings') }} as holdings
    cross join night
    where holdings.held_on between night.before_from and night.as_of_date
    group by holdings.customer_id, holdings.product_id

)

select
    told.customer_id,
    told.product_id,
    told.balance,
    told.balance_90d_ago,
    cast(coalesce(nullif(told.own_risk_level, 0), products.risk_level) as integer) as risk_level,
    told.held_date,
    night.as_of_date
from told
cross join night
inner join customers on told.customer_id = customers.customer_id
left join products on told.product_id = products.product_id
where told.balance is not null or told.balance_90d_ago is not null
