{{ config(materialized='view') }}

select
    as_of_date,
    run_id,
    scheme,
    segment_id,
    feature,
    mean,
    base_mean,
    index_vs_base
from {{ ref('segment_features') }}
