select
    as_of_date,
    run_id,
    model_id,
    segment_id,
    event,
    other_segment_id,
    overlap,
    is_current
from {{ source('ml', 'segment_descents') }}
