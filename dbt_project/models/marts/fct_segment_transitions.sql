{{ config(materialized='view') }}

select
    as_of_date,
    run_id,
    scheme,
    from_segment_id,
    to_segment_id,
    has_new_rules,
    customers,
    moved_themselves,
    moved_by_refit,
    moved_at_border,
    spend_365d,
    previous_as_of_date
from {{ ref('segment_transitions') }}
