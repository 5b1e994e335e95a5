{{ config(materialized='view') }}

{# Consent is always today's: whoever refuses profiling by now has no row. #}
select
    stays.valid_from as as_of_date,
    stays.run_id,
    stays.customer_id,
    stays.scheme,
    stays.scheme_version,
    stays.segment_id,
    stays.previous_segment_id,
    stays.entry_reason,
    stays.exit_reason,
    stays.valid_from,
    stays.valid_to
from {{ ref('segment_stays') }} as stays
left join {{ ref('unshown_customers') }} as unshown on stays.customer_id = unshown.customer_id
where unshown.customer_id is null
