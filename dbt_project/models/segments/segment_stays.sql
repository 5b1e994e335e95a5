-- depends_on: {{ ref('moved_customers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    meta={'stored_as': {'customer_id': 'zstd'}},
    pre_hook="{{ forget_moved_stays() }}"
) }}

with

changes as (

    select
        changes.*,
        lead(changes.as_of_date) over (
            partition by changes.customer_id, changes.scheme order by changes.as_of_date
        ) as valid_to,
        lead(changes.to_segment_id) over (
            partition by changes.customer_id, changes.scheme order by changes.as_of_date
        ) as next_segment_id,
        lead(changes.scheme_version) over (
            partition by changes.customer_id, changes.scheme order by changes.as_of_date
        ) as next_scheme_version
    from {{ ref('segment_changes') }} as changes
    {% if is_incremental() %}
    where (changes.customer_id, changes.scheme) in (
        select
            moved.customer_id,
            moved.scheme
        from {{ ref('moved_customers') }} as moved
    )
    {% endif %}

)

{# A stay lasts from one change to the next; leaving ends a stay and begins none. #}
select
    run_id,
    customer_id,
    scheme,
    scheme_version,
    to_segment_id as segment_id,
    from_segment_id as previous_segment_id,
    entry_reason,
    case
        when valid_to is null then null
        when next_segment_id is null then 'left'
        when next_scheme_version <> scheme_version then 'scheme changed'
        else 'moved'
    end as exit_reason,
    as_of_date as valid_from,
    valid_to
from changes
where to_segment_id is not null
