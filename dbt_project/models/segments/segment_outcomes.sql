{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='as_of_date',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

tonight as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

existing as (

    select distinct
        scheme,
        as_of_date
    from {{ ref('segment_nights') }}

),

latest as (

    select max(as_of_date) as as_of_date
    from existing

),

{% if is_incremental() %}
known as (

    select distinct as_of_date
    from {{ this }}

),
{% endif %}

{# A night's next 90 days are known once a night at least 90 days later has run; until then the
   data need not reach that far, whatever dates it holds. #}
due as (

    select
        existing.scheme,
        existing.as_of_date
    from existing
    cross join latest
    {% if is_incremental() %}
    left join known on existing.as_of_date = known.as_of_date
    left join tonight on existing.as_of_date = tonight.as_of_date
    {% endif %}
    where
        {{ days_between('existing.as_of_date', 'latest.as_of_date') }} >= 90
        {% if is_incremental() %}
        and (known.as_of_date is null or tonight.as_of_date is not null)
        {% endif %}

),

due_nights as (

    select distinct
        as_of_date,
        {{ day_plus('as_of_date', 90) }} as last_day
    from due

),

outcomes as (

    select
        due_nights.as_of_date,
        days.customer_id,
        sum(days.revenue) as spend,
        sum(days.orders_opened) as orders
    from {{ ref('customer_days') }} as days
    inner join due_nights
        on days.day > due_nights.as_of_date and days.day <= due_nights.last_day
    group by due_nights.as_of_date, days.customer_id

),

{# From the changes, because a night's full rows may be gone when its 90 days are over. #}
members as (

    {{ segments_at(ref('segment_changes'), 'due') | indent(4) }}

),

{# Whoever refuses profiling by now is in no count. #}
customers as (

    select
        members.as_of_date,
        members.scheme,
        members.segment_id,
        cast(coalesce(outcomes.spend, 0) as decimal(16, 2)) as spend,
        coalesce(outcomes.orders, 0) as orders
    from members
    left join {{ ref('unshown_customers') }} as unshown
        on members.customer_id = unshown.customer_id
    left join outcomes
        on
            members.customer_id = outcomes.customer_id
            and members.as_of_date = outcomes.as_of_date
    where unshown.customer_id is null

)

select
    as_of_date,
    scheme,
    segment_id,
    count(*) as customers,
    cast(sum(case when orders > 0 then 1 else 0 end) as bigint) as next_90d_buyers,
    cast(sum(orders) as bigint) as next_90d_orders,
    cast(sum(spend) as decimal(18, 2)) as next_90d_spend,
    {# For the share of variance between segments; decimals add up exactly in any order. #}
    cast(sum(spend * spend) as decimal(38, 4)) as next_90d_spend_squares
from customers
group by as_of_date, scheme, segment_id
