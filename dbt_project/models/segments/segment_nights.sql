-- depends_on: {{ source('ml', 'rechained_nights') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_night() }}",
    post_hook="{{ count_rechained_segments() }}"
) }}

with

assigned as (

    select
        segments.customer_id,
        segments.scheme,
        segments.scheme_version,
        segments.segment_id,
        segments.as_of_date,
        segments.run_id
    from {{ ref('customer_segments') }} as segments
    inner join {{ source('ops', 'night') }} as night on segments.as_of_date = night.as_of_date

),

customers as (

    select
        rfm.customer_id,
        cast(rfm.recency_days as double) as recency_days,
        cast(rfm.frequency as double) as frequency,
        cast(rfm.monetary as double) as monetary,
        rfm.spend_365d,
        consents.marketing_consent,
        consents.email_consent,
        consents.sms_consent,
        consents.ads_consent
    from {{ ref('customer_rfm') }} as rfm
    inner join {{ ref('night_customers') }} as consents
        on rfm.customer_id = consents.customer_id

),

{# Someone can be reached who allows a channel and does not refuse marketing as a whole; nothing is
   known of an account that lands no consent at all. #}
reach as (

    select
        customers.*,
        coalesce(customers.marketing_consent, true)
        and (
            coalesce(customers.marketing_consent, false)
            or coalesce(customers.email_consent, false)
            or coalesce(customers.sms_consent, false)
            or coalesce(customers.ads_consent, false)
        ) as is_reachable,
        coalesce(
            customers.marketing_consent, customers.email_consent, customers.sms_consent,
            customers.ads_consent
        ) is not null as is_consent_known
    from customers

),

figures as (

    select
        assigned.as_of_date,
        assigned.run_id,
        assigned.scheme,
        assigned.scheme_version,
        assigned.segment_id,
        count(*) as customers,
        sum(reach.spend_365d) as spend_365d,
        sum(case when reach.is_reachable then 1 else 0 end) as reachable_customers,
        sum(case when reach.is_consent_known then 1 else 0 end) as consents_known,
        percentile_cont(0.5) within group (order by reach.recency_days) as median_recency_days,
        percentile_cont(0.5) within group (order by reach.frequency) as median_frequency,
        percentile_cont(0.5) within group (order by reach.monetary) as median_monetary
    from assigned
    inner join reach on assigned.customer_id = reach.customer_id
    group by
        assigned.as_of_date, assigned.run_id, assigned.scheme, assigned.scheme_version,
        assigned.segment_id

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
    figures.as_of_date,
    figures.run_id,
    figures.scheme,
    figures.scheme_version,
    figures.segment_id,
    top_features.top_features,
    figures.customers,
    cast(figures.reachable_customers as bigint) as reachable_customers,
    cast(figures.consents_known as bigint) as consents_known,
    cast(figures.spend_365d as decimal(18, 2)) as spend_365d,
    {{ rounded('figures.median_recency_days') }} as median_recency_days,
    {{ rounded('figures.median_frequency') }} as median_frequency,
    cast(round(figures.median_monetary, 2) as decimal(18, 2)) as median_monetary
from figures
left join top_features
    on
        figures.scheme = top_features.scheme
        and figures.segment_id = top_features.segment_id
