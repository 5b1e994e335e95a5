-- depends_on: {{ ref('own_segments') }}
{{ config(materialized='view') }}

select
    segments.as_of_date,
    segments.run_id,
    segments.customer_id,
    segments.scheme,
    segments.scheme_version,
    segments.segment_id,
    segments.segment_name,
    segments.next_segment_id,
    segments.reason_1,
    segments.reason_2,
    segments.reason_3,
    segments.score,
    segments.margin,
    segments.is_borderline
from {{ ref('customer_segments') }} as segments
inner join {{ source('ops', 'night') }} as night on segments.as_of_date = night.as_of_date
