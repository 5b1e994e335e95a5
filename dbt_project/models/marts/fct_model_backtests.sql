select
    as_of_date,
    run_id,
    target,
    predictor,
    metric,
    customers,
    estimate,
    estimate_low,
    estimate_high,
    held_out_date
from {{ source('ml', 'model_backtests') }}
