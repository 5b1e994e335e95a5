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

    select
        as_of_date,
        run_id,
        customer_id,
        scheme,
        scheme_version,
        from_segment_id,
        to_segment_id,
        entry_reason
    from {{ ref('segment_moves') }}
    where
        from_segment_id is null
        or to_segment_id is null
        or from_segment_id <> to_segment_id

)

select *
from moves
