{{ config(meta={'dagster': {'ref': {'name': 'fct_segment_history'}}}) }}

{# The stays follow from changes, tonight's rows from the schemes: if they part, a change was lost or
   told twice, and every night after this one would carry it on. #}
with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

segments as (

    select
        customer_id,
        scheme,
        segment_id,
        scheme_version
    from {{ ref('fct_customer_segments') }}

),

available as (

    select distinct scheme
    from segments

),

stays as (

    select
        history.customer_id,
        history.scheme,
        history.segment_id,
        history.scheme_version
    from {{ ref('fct_segment_history') }} as history
    inner join available on history.scheme = available.scheme
    cross join night
    where
        history.valid_from <= night.as_of_date
        and (history.valid_to > night.as_of_date or history.valid_to is null)

)

select
    coalesce(segments.customer_id, stays.customer_id) as customer_id,
    coalesce(segments.scheme, stays.scheme) as scheme,
    segments.segment_id,
    stays.segment_id as segment_id_of_stay
from segments
full outer join stays
    on
        segments.customer_id = stays.customer_id
        and segments.scheme = stays.scheme
where
    segments.customer_id is null
    or stays.customer_id is null
    or segments.segment_id <> stays.segment_id
    or segments.scheme_version <> stays.scheme_version
