with night as (

    select run_id
    from {{ source('ops', 'night') }}

)

select
    candidates.as_of_date,
    night.run_id,
    candidates.model_id,
    {# Rows of before other methods were tried. #}
    coalesce(candidates.method, 'kmeans') as method,
    candidates.verdict,
    candidates.reason,
    candidates.n_clusters,
    candidates.stability_resamples,
    candidates.silhouette,
    candidates.null_silhouette_95,
    candidates.p_value,
    candidates.stability,
    candidates.null_stability_95,
    candidates.separation,
    candidates.separation_low,
    candidates.separation_high,
    candidates.min_share,
    candidates.is_valid,
    candidates.is_chosen
from {{ source('ml', 'cluster_candidates') }} as candidates
cross join night
