-- depends_on: {{ source('ml', 'rechained_nights') }}, {{ source('ml', 'behaviour_scores') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ forget_night() }}",
    post_hook="{{ take_over_rechained_segments() }}"
) }}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

assigned as (

    {% for scheme in built_schemes() %}
    select
        as_of_date,
        customer_id,
        scheme,
        segment_id,
        score,
        margin,
        is_borderline,
        next_segment_id,
        reason_1,
        reason_2,
        reason_3
    from {{ ref(scheme) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

catalogue as (

    select
        segment_id,
        segment_name
    from {{ ref('segment_catalogue') }}

),

versions as (

    select
        scheme,
        scheme_version
    from {{ ref('scheme_versions') }}

)

select
    assigned.as_of_date,
    night.run_id,
    assigned.customer_id,
    assigned.scheme,
    versions.scheme_version,
    assigned.segment_id,
    {# A segment without a row of names is called by its id. #}
    coalesce(catalogue.segment_name, assigned.segment_id) as segment_name,
    assigned.score,
    assigned.margin,
    assigned.is_borderline,
    assigned.next_segment_id,
    assigned.reason_1,
    assigned.reason_2,
    assigned.reason_3
from assigned
cross join night
inner join versions on assigned.scheme = versions.scheme
left join catalogue on assigned.segment_id = catalogue.segment_id
