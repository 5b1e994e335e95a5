{{ config(materialized='view') }}

{# Consent is always today's: whoever refuses profiling by now has no row, not even as gone. #}
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
from {{ ref('segment_changes') }} as changes
inner join {{ ref('customers') }} as customers on changes.customer_id = customers.customer_id
where
    customers.has_profiling_consent
    {# New rules begin a stay for everybody; only those whom they put elsewhere changed. #}
    and (
        changes.from_segment_id is null
        or changes.to_segment_id is null
        or changes.from_segment_id <> changes.to_segment_id
    )
