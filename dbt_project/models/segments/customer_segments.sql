-- depends_on: {{ source('ml', 'told_anew') }}, {{ source('ml', 'behaviour_scores') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    meta={'stored_as': {'customer_id': 'zstd'}},
    pre_hook="{{ forget_night() }}",
    post_hook="{{ take_over_rechained_segments() }}"
) }}

with assigned as (

    {% for scheme in built_schemes() %}
    select
        {{ scheme_columns() | indent(8) }}
    from {{ ref(scheme) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

{{ segment_rows('assigned') }}
