{{ config(materialized='view') }}

select
    as_of_date,
    run_id,
    check_name,
    asset,
    severity,
    passed,
    measured,
    threshold,
    checked_at
from {{ source('ops', 'check_results') }}
