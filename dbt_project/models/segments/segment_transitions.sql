-- depends_on: {{ ref('compared_nights') }}, {{ source('ops', 'night') }}
-- depends_on: {{ source('ops', 'unfinished_nights') }}
{{ config(
    materialized='incremental',
    incremental_strategy='compared_nights',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

compared as (

    select *
    from {{ ref('compared_nights') }}

),

{# Where a night was run before one that exists already, that one is counted anew. #}
later_nights as (

    select
        scheme,
        as_of_date
    from compared
    where not is_tonight

),

consenting as (

    select customer_id
    from {{ ref('customers') }}
    where has_profiling_consent

),

later_members as (

    {{ segments_at(ref('segment_changes'), 'later_nights') | indent(4) }}

),

later_dates as (

    select distinct as_of_date
    from later_nights

),

{# Spend as of each compared night; the later one's is not among tonight's features. #}
later_spend as (

    select
        nights.as_of_date,
        days.customer_id,
        sum(days.revenue) as spend_365d
    from {{ ref('customer_days') }} as days
    inner join later_dates as nights
        on {{ is_in_window('days.day', 'nights.as_of_date', 365) }}
    group by nights.as_of_date, days.customer_id

),

changes as (

    select
        changes.scheme,
        changes.as_of_date,
        changes.customer_id,
        changes.from_segment_id,
        changes.to_segment_id,
        changes.cause,
        compared.is_tonight
    from {{ ref('segment_changes') }} as changes
    inner join compared
        on changes.scheme = compared.scheme and changes.as_of_date = compared.as_of_date

),

{# Whoever came tonight or moved. #}
movers as (

    select
        changes.*,
        rfm.spend_365d
    from changes
    inner join {{ ref('customer_rfm') }} as rfm on changes.customer_id = rfm.customer_id
    where changes.is_tonight and changes.to_segment_id is not null

),

moved as (

    select
        scheme,
        to_segment_id as segment_id,
        count(*) as customers,
        sum(spend_365d) as spend_365d
    from movers
    group by scheme, to_segment_id

),

{# Whoever has no change stayed: so many that a segment's total less those who moved is taken. #}
stayers as (

    select
        totals.scheme,
        totals.as_of_date,
        totals.segment_id,
        totals.customers - coalesce(moved.customers, 0) as customers,
        totals.spend_365d_sum - coalesce(moved.spend_365d, 0) as spend_365d
    from {{ ref('segment_totals') }} as totals
    left join moved
        on totals.scheme = moved.scheme and totals.segment_id = moved.segment_id

),

{# Of a later night. Whoever refuses profiling by now is in no count. #}
members as (

    select
        later_members.scheme,
        later_members.as_of_date,
        later_members.customer_id,
        later_members.segment_id,
        coalesce(later_spend.spend_365d, 0) as spend_365d
    from later_members
    inner join consenting on later_members.customer_id = consenting.customer_id
    left join later_spend
        on
            later_members.customer_id = later_spend.customer_id
            and later_members.as_of_date = later_spend.as_of_date

),

counted as (

    select
        scheme,
        as_of_date,
        from_segment_id,
        to_segment_id,
        nullif(cause, 'rules') as cause,
        1 as customers,
        spend_365d
    from movers
    union all
    select
        scheme,
        as_of_date,
        segment_id as from_segment_id,
        segment_id as to_segment_id,
        null as cause,
        customers,
        spend_365d
    from stayers
    where customers > 0
    union all
    select
        members.scheme,
        members.as_of_date,
        case
            when changes.customer_id is null then members.segment_id
            else changes.from_segment_id
        end as from_segment_id,
        members.segment_id as to_segment_id,
        nullif(changes.cause, 'rules') as cause,
        1 as customers,
        members.spend_365d
    from members
    left join changes
        on
            members.scheme = changes.scheme
            and members.as_of_date = changes.as_of_date
            and members.customer_id = changes.customer_id
    union all
    {# Whoever left is not looked at any more, so there is no spend to tell. #}
    select
        changes.scheme,
        changes.as_of_date,
        changes.from_segment_id,
        changes.to_segment_id,
        changes.cause,
        1 as customers,
        null as spend_365d
    from changes
    inner join consenting on changes.customer_id = consenting.customer_id
    where changes.to_segment_id is null

)

select
    counted.as_of_date,
    compared.previous_as_of_date,
    compared.run_id,
    counted.scheme,
    counted.from_segment_id,
    counted.to_segment_id,
    compared.has_new_rules,
    cast(sum(counted.customers) as bigint) as customers,
    {% for cause, column in causes_of_moves().items() %}
    case
        when count(counted.cause) > 0
            then count(case when counted.cause = '{{ cause }}' then 1 end)
    end as {{ column }},
    {% endfor %}
    cast(sum(counted.spend_365d) as decimal(18, 2)) as spend_365d
from counted
inner join compared
    on counted.scheme = compared.scheme and counted.as_of_date = compared.as_of_date
group by
    counted.as_of_date, compared.previous_as_of_date, compared.run_id, counted.scheme,
    counted.from_segment_id, counted.to_segment_id, compared.has_new_rules
