{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    meta={'reconcile': false}
) }}

{# Written before tonight's changes (`segments_side_by_side` waits for it): whoever has a change is
   in it, also if the night breaks off in between. #}
with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

tonights as (

    select customer_id
    from {{ ref('night_customers') }}
    {% if not is_incremental() %}
    union
    select customer_id
    from {{ as_left_by_last_night('segments', 'segment_changes', {'customer_id': 'varchar'}) }}
    {% endif %}

)

select
    tonights.customer_id,
    night.as_of_date
from tonights
cross join night
{% if is_incremental() %}
left join {{ this }} as seen on tonights.customer_id = seen.customer_id
where seen.customer_id is null
{% endif %}
