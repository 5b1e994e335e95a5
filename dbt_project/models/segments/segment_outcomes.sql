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

kept as (

    select distinct as_of_date
    from {{ ref('segment_nights') }}

),

latest as (

    select max(as_of_date) as as_of_date
    from kept

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

    select kept.as_of_date
    from kept
    cross join latest
    {% if is_incremental() %}
    left join known on kept.as_of_date = known.as_of_date
    left join tonight on kept.as_of_date = tonight.as_of_date
    {% endif %}
    where
        {{ days_between('kept.as_of_date', 'latest.as_of_date') }} >= 90
        {% if is_incremental() %}
        and (known.as_of_date is null or tonight.as_of_date is not null)
        {% endif %}

),

outcomes as (

    select
        due.as_of_date,
        days.customer_id,
        sum(days.revenue) as spend,
        sum(days.orders_opened) as orders
    from {{ ref('customer_days') }} as days
    inner join due
        on
            days.day > due.as_of_date
            and {{ days_between('due.as_of_date', 'days.day') }} <= 90
    group by due.as_of_date, days.customer_id

),

customers as (

    select
        segments.as_of_date,
        segments.scheme,
        segments.segment_id,
        segments.customer_id,
        cast(coalesce(outcomes.spend, 0) as decimal(16, 2)) as spend,
        coalesce(outcomes.orders, 0) as orders
    from {{ ref('customer_segments') }} as segments
    inner join due on segments.as_of_date = due.as_of_date
    left join outcomes
        on
            segments.customer_id = outcomes.customer_id
            and segments.as_of_date = outcomes.as_of_date

)

select
    as_of_date,
    scheme,
    segment_id,
    count(*) as customers,
    cast(sum(orders) as bigint) as next_90d_orders,
    cast(sum(spend) as decimal(18, 2)) as next_90d_spend,
    {# For the share of variance between segments; decimals add up exactly in any order. #}
    cast(sum(spend * spend) as decimal(38, 4)) as next_90d_spend_squares
from customers
group by as_of_date, scheme, segment_id
