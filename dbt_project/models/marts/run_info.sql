{{ config(materialized='view') }}

select
    as_of_date,
    run_id,
    git_sha,
    model_ids,
    schema_version,
    strata_version,
    dagster_version,
    dbt_version,
    duckdb_version,
    is_stale,
    failed_as_of_date,
    published_at,
    failed_at
from {{ source('ops', 'issues') }}
