select
    as_of_date,
    run_id,
    model_id,
    kind,
    verdict,
    decision,
    decision_reason,
    label,
    population,
    n_clusters,
    silhouette,
    stability,
    agreement_with_previous,
    drift_max_psi,
    base_rate,
    trained_on
from {{ source('ml', 'model_runs') }}
