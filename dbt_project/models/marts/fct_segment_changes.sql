{{ config(materialized='view') }}

select
    changes.as_of_date,
    changes.run_id,
    changes.customer_id,
    changes.scheme,
    changes.scheme_version,
    changes.from_segment_id,
    changes.to_segment_id,
    changes.entry_reason,
    changes.cause
from {{ ref('shown_changes') }} as changes
inner join {{ source('ops', 'night') }} as night on changes.as_of_date = night.as_of_date
