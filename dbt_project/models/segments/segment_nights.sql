-- depends_on: {{ source('ml', 'told_anew') }}, {{ ref('customer_segments') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_night() }}",
    post_hook="{{ count_rechained_segments() }}"
) }}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

{# What sets a segment apart most, upwards or downwards; the two that repeat frequency and
   monetary value over 365 days would take the places of others. #}
distinctive as (

    select
        features.scheme,
        features.segment_id,
        features.feature,
        features.index_vs_base,
        row_number() over (
            partition by features.scheme, features.segment_id
            order by
                greatest(features.index_vs_base, 10000 / features.index_vs_base) desc,
                features.feature asc
        ) as place
    from {{ ref('segment_features') }} as features
    where
        features.index_vs_base > 0
        and features.feature not in ('orders_365d', 'spend_365d')

),

top_features as (

    select
        distinctive.scheme,
        distinctive.segment_id,
        {{ dbt.listagg(
            "distinctive.feature || ' ' || " ~ as_money('distinctive.index_vs_base / 100') ~ " || 'x'",
            "', '", 'order by distinctive.place') }} as top_features
    from distinctive
    where distinctive.place <= 3
    group by distinctive.scheme, distinctive.segment_id

)

select
    night.as_of_date,
    night.run_id,
    totals.scheme,
    versions.scheme_version,
    totals.segment_id,
    top_features.top_features,
    totals.customers,
    totals.reachable_customers,
    totals.consents_known,
    cast(totals.spend_365d_sum as decimal(18, 2)) as spend_365d,
    {{ rounded('totals.median_recency_days') }} as median_recency_days,
    {{ rounded('totals.median_frequency') }} as median_frequency,
    cast(round(totals.median_monetary, 2) as decimal(18, 2)) as median_monetary
from {{ ref('segment_totals') }} as totals
cross join night
inner join {{ ref('scheme_versions') }} as versions on totals.scheme = versions.scheme
left join top_features
    on
        totals.scheme = top_features.scheme
        and totals.segment_id = top_features.segment_id
