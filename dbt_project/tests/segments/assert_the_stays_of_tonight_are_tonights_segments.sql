{{ config(meta={'dagster': {'ref': {'name': 'fct_segment_history'}}}) }}

{# The stays follow from changes, tonight's rows from the schemes: if they part, a change was lost
   or told twice, and every night after this one would carry it on. #}
with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

{# Counted and hashed by segment on both sides: a customer who is lost, told twice or told of
   another segment changes what a segment adds up to, so that no id has to be matched. #}
segments as (

    select
        scheme,
        segment_id,
        max(scheme_version) as scheme_version,
        count(*) as customers,
        sum({{ lookup('customer_id') }}) as customers_hash
    from {{ ref('fct_customer_segments') }}
    group by scheme, segment_id

),

available as (

    select
        scheme,
        max(scheme_version) as scheme_version
    from segments
    group by scheme

),

stays as (

    select
        history.scheme,
        history.segment_id,
        {# A stay from before versions were kept has none. #}
        sum(case when history.scheme_version <> available.scheme_version then 1 else 0 end)
            as stays_of_other_rules,
        count(*) as customers,
        sum({{ lookup('history.customer_id') }}) as customers_hash
    from {{ ref('fct_segment_history') }} as history
    inner join available on history.scheme = available.scheme
    cross join night
    where
        history.valid_from <= night.as_of_date
        and (history.valid_to > night.as_of_date or history.valid_to is null)
    group by history.scheme, history.segment_id

)

select
    coalesce(segments.scheme, stays.scheme) as scheme,
    coalesce(segments.segment_id, stays.segment_id) as segment_id,
    segments.customers,
    stays.customers as customers_of_stays,
    stays.stays_of_other_rules
from segments
full outer join stays
    on
        segments.scheme = stays.scheme
        and segments.segment_id = stays.segment_id
where
    segments.customers is null
    or stays.customers is null
    or segments.customers <> stays.customers
    or segments.customers_hash <> stays.customers_hash
    or stays.stays_of_other_rules > 0
