-- depends_on: {{ ref('compared_nights') }}, {{ source('ops', 'night') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_compared_nights() }}"
) }}

with

moves as (

    {# Whoever refuses profiling by now is in no count, not even among those who left. #}
    select
        moves.as_of_date,
        moves.previous_as_of_date,
        moves.run_id,
        moves.customer_id,
        moves.scheme,
        moves.from_segment_id,
        moves.to_segment_id
    from {{ ref('segment_moves') }} as moves
    inner join {{ ref('customers') }} as customers
        on moves.customer_id = customers.customer_id
    where customers.has_profiling_consent

),

nights as (

    select distinct as_of_date
    from moves

),

{# Spend as of each compared night; the next night's is not among tonight's features. #}
spend as (

    select
        nights.as_of_date,
        days.customer_id,
        sum(days.revenue) as spend_365d
    from {{ ref('customer_days') }} as days
    inner join nights
        on {{ is_in_window('days.day', 'nights.as_of_date', 365) }}
    group by nights.as_of_date, days.customer_id

)

select
    moves.as_of_date,
    moves.previous_as_of_date,
    moves.run_id,
    moves.scheme,
    moves.from_segment_id,
    moves.to_segment_id,
    count(*) as customers,
    {# Whoever left is not looked at any more, so there is no spend to tell. #}
    cast(
        case
            when moves.to_segment_id is not null then coalesce(sum(spend.spend_365d), 0)
        end as decimal(18, 2)
    ) as spend_365d
from moves
left join spend
    on moves.customer_id = spend.customer_id and moves.as_of_date = spend.as_of_date
group by
    moves.as_of_date, moves.previous_as_of_date, moves.run_id, moves.scheme,
    moves.from_segment_id, moves.to_segment_id
