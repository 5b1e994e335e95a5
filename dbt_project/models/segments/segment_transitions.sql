-- depends_on: {{ ref('compared_nights') }}, {{ source('ops', 'night') }}
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

members as (

    select
        segments.scheme,
        segments.as_of_date,
        segments.customer_id,
        segments.segment_id,
        rfm.spend_365d
    from {{ ref('customer_segments') }} as segments
    inner join {{ source('ops', 'night') }} as night on segments.as_of_date = night.as_of_date
    inner join {{ ref('customer_rfm') }} as rfm on segments.customer_id = rfm.customer_id
    union all
    {# Whoever refuses profiling by now is in no count. #}
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

changes as (

    select
        changes.scheme,
        changes.as_of_date,
        changes.customer_id,
        changes.from_segment_id,
        changes.to_segment_id,
        changes.cause
    from {{ ref('segment_changes') }} as changes
    inner join compared
        on changes.scheme = compared.scheme and changes.as_of_date = compared.as_of_date

),

{# Whoever has no change stayed. #}
counted as (

    select
        members.scheme,
        members.as_of_date,
        case
            when changes.customer_id is null then members.segment_id
            else changes.from_segment_id
        end as from_segment_id,
        members.segment_id as to_segment_id,
        nullif(changes.cause, 'rules') as cause,
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
    count(*) as customers,
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
