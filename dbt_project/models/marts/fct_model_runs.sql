select
    as_of_date,
    run_id,
    model_id,
    kind,
    verdict,
    decision,
    decision_reason,
    {# Label, population and base rate describe supervised models. #}
    cast(null as varchar) as label,
    cast(null as varchar) as population,
    n_clusters,
    silhouette,
    stability,
    agreement_with_previous,
    drift_max_psi,
    cast(null as double) as base_rate,
    trained_on
from {{ source('ml', 'model_runs') }}
