-- depends_on: {{ ref('customer_segments') }}
-- depends_on: {{ ref('seen_customers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    meta={'reconcile': false},
    pre_hook="{{ keep_the_night_before() }}"
) }}

{% set schemes = built_schemes_with_a_column() %}

with

numbers as (

    {% for scheme in schemes %}
    select
        {% for column in range(1, columns_side_by_side() + 1) %}
        {% if loop.index0 == schemes.index(scheme) // 3 %}
        {{ bits_at('number', schemes.index(scheme) % 3 * bits_of_a_segment()) }}
        {% else %}
        cast(0 as bigint)
        {% endif %}
            as segments_{{ column }},
        {% endfor %}
        scheme,
        segment_id
    from {{ ref('segment_numbers') }}
    where scheme = '{{ scheme }}'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    '{{ fields_side_by_side() }}' as fields,
    segments.customer_id,
    {% for column in range(1, columns_side_by_side() + 1) %}
    bit_or(numbers.segments_{{ column }}) as segments_{{ column }},
    {% endfor %}
    segments.as_of_date
from {{ ref('customer_segments') }} as segments
inner join {{ source('ops', 'night') }} as night on segments.as_of_date = night.as_of_date
inner join numbers
    on segments.scheme = numbers.scheme and segments.segment_id = numbers.segment_id
group by segments.as_of_date, segments.customer_id
