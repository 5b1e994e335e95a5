"""The fit of the churn model, and what it knows of active customers without contracts."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn_model import ChurnModel
from models.customer_histories import HORIZON_DAYS, refuse_future_labels
from models.logistic import fit_logistic, log_odds, logistic_errors
from models.rounding import rounded, rounded_number

RIDGE = 1.0
"""Of standardised features; scikit-learn's default, of no weight beside thousands of rows."""
MIN_CLASS_ROWS = 50
"""Rows of the rarer outcome a fit needs: some ten events for each of its six coefficients."""
ROW_COLUMNS = ("churned", "cutoff_date", "label_known_on")
"""Of training rows; all others are features."""
CHURN_FEATURES = {
    "recency": "log(1 + recency_days)",
    "cadence_ratio": "log(1 + recency_days / mean gap); mean gap = (observed - recency) / repeats, "
    "with one order day observed_days, which makes the ratio 1",
    "order_days_92d": "log(1 + order_days_92d)",
    "order_days_365d": "log(1 + order_days_365d)",
    "tenure": "log(1 + observed_days)",
    "alive_odds": "log odds of the MBG/NBD p_alive, fitted on the row's own cutoff",
}
"""All known on the cutoff; a name here is one in the stored model."""

Array = npt.NDArray[np.float64]


def churn_features(histories: pd.DataFrame, p_alive: Array | None) -> pd.DataFrame:
    """Return `CHURN_FEATURES` of checked histories; without `alive_odds` if p_alive is None."""
    recency, observed = histories["recency_days"], histories["observed_days"]
    repeats = histories["order_days"] - 1
    mean_gap = ((observed - recency) / repeats.where(repeats > 0)).fillna(observed).clip(lower=1.0)
    columns = {
        "recency": np.log1p(recency),
        "cadence_ratio": np.log1p(recency / mean_gap),
        "order_days_92d": np.log1p(histories["order_days_92d"]),
        "order_days_365d": np.log1p(histories["order_days_365d"]),
        "tenure": np.log1p(observed),
    }
    if p_alive is not None:
        columns["alive_odds"] = pd.Series(log_odds(p_alive), index=histories.index)
    return pd.DataFrame(columns)


def fit_churn(
    rows: pd.DataFrame, *, trained_on: date, features: Sequence[str] | None = None
) -> ChurnModel | str:
    """Fit on older past nights and recalibrate on the latest, or say what is missing.

    Parameters
    ----------
    rows : DataFrame, indexed by `customer_id`
        Customers of past nights of whom churn is asked: `cutoff_date`, `label_known_on` (dates),
        `churned` (1: they left in the 90 days after the cutoff), and features.
    trained_on : D.
    features : names of the columns to use; default: those that `telling_features` returns.

    Returns
    -------
    ChurnModel, or a sentence that says what is missing.

    Raises
    ------
    ValueError
        If any row's label became known after `trained_on`.
    """
    refuse_future_labels(rows, trained_on=trained_on)
    fitted_on, latest = nights_to_fit(rows)
    if not fitted_on or latest is None:
        nights = 0 if latest is None else 1
        return f"{nights} past nights with known labels; one to fit and a later one needed"
    names = telling_features(rows) if features is None else [*features]
    if not names:
        return "no feature that differs between customers"
    cutoffs = pd.to_datetime(rows["cutoff_date"]).dt.date
    fit_rows, calibration = rows[cutoffs.isin(fitted_on)], rows[cutoffs == latest]
    for part, words in ((fit_rows, "to fit"), (calibration, "to calibrate")):
        rarer = int(min(part["churned"].sum(), (1 - part["churned"]).sum()))
        if rarer < MIN_CLASS_ROWS:
            return (
                f"{rarer} of {len(part)} rows {words} have the rarer outcome "
                f"of leaving and staying; at least {MIN_CLASS_ROWS} needed"
            )
    values = fit_rows[names].to_numpy(dtype=np.float64)
    means, scales = rounded(values.mean(axis=0)), rounded(values.std(axis=0))
    scales = np.where(scales > 0, scales, 1.0)
    outcome = fit_rows["churned"].to_numpy(dtype=np.float64)
    scaled = (values - means) / scales
    fitted = fit_logistic(scaled, outcome, ridge=RIDGE)
    errors = logistic_errors(scaled, outcome, fitted, ridge=RIDGE, group=fit_rows.index)
    score = (calibration[names].to_numpy(dtype=np.float64) - means) / scales @ fitted[1:]
    score = (fitted[0] + score)[:, None]
    observed = calibration["churned"].to_numpy(dtype=np.float64)
    # A ridge here too: a perfectly separating score would have an infinite slope.
    platt = fit_logistic(score, observed, ridge=RIDGE)
    by_platt = logistic_errors(score, observed, platt, ridge=RIDGE, group=calibration.index)
    return ChurnModel(
        trained_on=trained_on,
        features=tuple(names),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        intercept=float(fitted[0]),
        coefficients=tuple(fitted[1:].tolist()),
        standard_errors=tuple(errors.tolist()),
        calibration_intercept=float(platt[0]),
        calibration_slope=float(platt[1]),
        calibration_standard_errors=(float(by_platt[0]), float(by_platt[1])),
        fitted_on=tuple(fitted_on),
        calibrated_on=latest,
        population=len(calibration),
        base_rate=rounded_number(observed.mean()),
    )


def nights_to_fit(rows: pd.DataFrame) -> tuple[list[date], date | None]:
    """Return the nights that the regression is fitted on, and the one that recalibrates it.

    The latest night with known labels calibrates; the regression is fitted on the nights whose
    labels were known on it. Where there are none, on all earlier nights (their 90 days overlap
    the calibration night's, never its cutoff's features).
    """
    nights = sorted(pd.to_datetime(rows["cutoff_date"]).dt.date.unique())
    if not nights:
        return [], None
    latest = nights[-1]
    known_then = [day for day in nights if day + timedelta(days=HORIZON_DAYS) <= latest]
    return known_then or nights[:-1], latest


def telling_features(rows: pd.DataFrame) -> list[str]:
    """Return the features that can be used: known, finite, and different between customers.

    Of the nights that the regression is fitted on; what is not returned is left out.
    """
    fitted_on, _ = nights_to_fit(rows)
    fit_rows = rows[pd.to_datetime(rows["cutoff_date"]).dt.date.isin(fitted_on)]
    names = [name for name in rows.columns if name not in ROW_COLUMNS]
    known = [name for name in names if np.isfinite(rows[name].to_numpy(dtype=np.float64)).all()]
    spread = rounded(fit_rows[known].to_numpy(dtype=np.float64).std(axis=0))
    return [name for name, differs in zip(known, spread > 0, strict=True) if differs]


def churn_rows(features: pd.DataFrame, churned: pd.Series, *, cutoff: date) -> pd.DataFrame:
    """Return the training rows of one past night: features and outcome of its customers."""
    known_on = cutoff + timedelta(days=HORIZON_DAYS)
    return features.assign(churned=churned, cutoff_date=cutoff, label_known_on=known_on)
