select
    as_of_date,
    run_id,
    model_id,
    feature,
    psi,
    psi_limit,
    is_drifted
from {{ source('ml', 'feature_drift') }}
