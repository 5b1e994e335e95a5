"""The backtest: a model and its plain baseline on a held-out night, with bootstrap intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.prediction_metrics import METRICS, Ranked
from models.rounding import rounded

SAMPLE = 100_000
"""Customers; more narrow an interval that is by then under a hundredth wide."""
INTERVAL = (2.5, 97.5)
"""Percentiles of the bootstrap: 95 %."""
MIN_RESAMPLES = 40
"""Fewer do not reach the percentiles asked for."""
DIFFERENCE = "difference"
"""The predictor's name in rows of model minus baseline, paired over the same customers."""
COLUMNS = ["target", "metric", "predictor", "estimate", "low", "high", "customers"]
"""Of the table that is returned."""


def backtest(
    actual: pd.Series,
    model: pd.Series,
    baseline: pd.Series,
    *,
    target: str,
    metrics: Sequence[str],
    resamples: int,
    random_state: int,
) -> pd.DataFrame:
    """Return every metric of both predictors and of their difference.

    Intervals are percentiles over bootstrap resamples of customers (Efron 1979); the difference is
    taken within each resample, so that what both find hard cancels. Above 100,000 customers a
    random 100,000 are measured; `customers` says how many.

    Parameters
    ----------
    actual, model, baseline : (n_customers,), indexed by `customer_id`; the same customers. Their
        names, if they have one, are the predictors' names: else `model` and `baseline`.
    target : what is predicted, for the table.
    metrics : names of `prediction_metrics.METRICS`.
    resamples : at least 40.

    Returns
    -------
    DataFrame of `COLUMNS`; one row per metric and predictor, `predictor` being the names and
    `difference` (model - baseline). Null where a metric is not defined (only one outcome).

    Raises
    ------
    ValueError
        If there are no customers, they are not the same, values are null, or a metric is unknown.
    """
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise ValueError(f"Unknown metrics {unknown}; there are {[*METRICS]}.")
    if resamples < MIN_RESAMPLES:
        raise ValueError(f"{resamples} resamples; at least {MIN_RESAMPLES} are needed.")
    names = [str(model.name or "model"), str(baseline.name or "baseline"), DIFFERENCE]
    frame = _aligned(actual, model, baseline)
    random = np.random.default_rng(random_state)
    if len(frame) > SAMPLE:
        frame = frame.iloc[np.sort(random.choice(len(frame), size=SAMPLE, replace=False))]
    customers = len(frame)
    truth, *predictions = (Ranked.of(frame[name].to_numpy()) for name in frame.columns)

    def measured(weight: np.ndarray) -> np.ndarray:
        both = [[METRICS[name](truth, one, weight) for one in predictions] for name in metrics]
        values = np.array(both, dtype=np.float64)
        return np.column_stack([values, values[:, 0] - values[:, 1]])

    estimate = measured(np.ones(customers))
    draws = np.empty((resamples, *estimate.shape))
    for resample in range(resamples):
        chosen = random.integers(customers, size=customers)
        draws[resample] = measured(np.bincount(chosen, minlength=customers).astype(np.float64))
    # A resample with one outcome only has no metric; it is left out of the percentiles.
    empty = np.isnan(draws).all(axis=0)
    low, high = np.nanpercentile(np.where(empty, 0.0, draws), INTERVAL, axis=0)
    rows = [
        (target, name, predictor, estimate[i, j], low[i, j], high[i, j], customers)
        for i, name in enumerate(metrics)
        for j, predictor in enumerate(names)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["estimate", "low", "high"]
    table[numbers] = rounded(table[numbers].to_numpy(dtype=np.float64))
    table.loc[table["estimate"].isna(), numbers] = np.nan
    return table


def beats_baseline(table: pd.DataFrame, *, metric: str) -> bool:
    """Return whether the whole 95 % interval of the paired difference lies above 0.

    For metrics of which more is better. An undefined difference is no win.
    """
    return bool(deciding_row(table, metric=metric)["low"] > 0)


def deciding_row(table: pd.DataFrame, *, metric: str) -> pd.Series:
    """Return the row of the difference in this metric."""
    rows = table[(table["metric"] == metric) & (table["predictor"] == DIFFERENCE)]
    if len(rows) != 1:
        raise ValueError(f"The table has {len(rows)} differences of {metric!r}; one was expected.")
    return rows.iloc[0]


def _aligned(actual: pd.Series, model: pd.Series, baseline: pd.Series) -> pd.DataFrame:
    """Return the three side by side, sorted by customer, or raise."""
    frame = pd.DataFrame(
        {
            "actual": actual.astype("float64"),
            "model": model.astype("float64"),
            "baseline": baseline.astype("float64"),
        }
    ).sort_index()
    same = len(frame) == len(actual) == len(model) == len(baseline)
    if frame.empty or not same or bool(frame.isna().any(axis=None)):
        raise ValueError(
            f"A backtest needs the same customers without nulls; got {len(actual)} actual values, "
            f"{len(model)} and {len(baseline)} predictions, {len(frame.dropna())} complete."
        )
    return frame
