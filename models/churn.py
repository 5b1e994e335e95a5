"""The churn model: P(no order in the next 90 days) of active customers, calibrated."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from models.customer_histories import HORIZON_DAYS, is_active, refuse_future_labels
from models.logistic import fit_logistic, log_odds
from models.rounding import rounded, rounded_number

FORMAT = 1
"""Of the stored content; raised when its meaning changes."""
RIDGE = 1.0
"""Of standardised features; scikit-learn's default, of no weight beside thousands of rows."""
MIN_CLASS_ROWS = 50
"""Rows of the rarer outcome a fit needs: some ten events for each of its six coefficients."""
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


@dataclass(frozen=True)
class ChurnModel:
    """A logistic regression on standardised features, and the recalibration of its log odds.

    Attributes
    ----------
    trained_on : the night; no label known later was used.
    means, scales, coefficients : per feature, in the order of `features`.
    intercept : of the regression.
    calibration_intercept, calibration_slope : log odds published = intercept + slope times the
        regression's (Platt 1999), fitted on a later night than the regression.
    fitted_on, calibrated_on : the past nights used, oldest first.
    population, base_rate : rows of the calibration night, and the share of them that churned.
    """

    trained_on: date
    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    intercept: float
    coefficients: tuple[float, ...]
    calibration_intercept: float
    calibration_slope: float
    fitted_on: tuple[date, ...]
    calibrated_on: date
    population: int
    base_rate: float

    @cached_property
    def model_id(self) -> str:
        """`churn-` and 12 hex digits of the content's sha256: same content, same id."""
        text = json.dumps(self.to_dict(), sort_keys=True, allow_nan=False).encode()
        return f"churn-{hashlib.sha256(text).hexdigest()[:12]}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and texts for JSON."""
        content = asdict(self) | {"format": FORMAT}
        content["trained_on"] = self.trained_on.isoformat()
        content["calibrated_on"] = self.calibrated_on.isoformat()
        content["fitted_on"] = [day.isoformat() for day in self.fitted_on]
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in content.items()
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ChurnModel":
        """Return the model that `to_dict` wrote.

        Raises
        ------
        ValueError
            If the content has another format.
        """
        if content.get("format") != FORMAT:
            raise ValueError(f"The churn model has format {content.get('format')}, not {FORMAT}.")
        values = {name: value for name, value in content.items() if name != "format"}
        for name in ("features", "means", "scales", "coefficients"):
            values[name] = tuple(values[name])
        values["fitted_on"] = tuple(date.fromisoformat(day) for day in values["fitted_on"])
        for name in ("trained_on", "calibrated_on"):
            values[name] = date.fromisoformat(values[name])
        return cls(**values)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of `parameter`, `estimate`, `standard_error` (null): of scaled features."""
        values = {
            "intercept": self.intercept,
            **dict(zip(self.features, self.coefficients, strict=True)),
            "calibration_intercept": self.calibration_intercept,
            "calibration_slope": self.calibration_slope,
        }
        return [
            {"parameter": name, "estimate": rounded_number(value), "standard_error": None}
            for name, value in values.items()
        ]

    def predict(self, features: pd.DataFrame) -> pd.Series:
        """Return the churn probability in [0, 1] of each row of `churn_features`."""
        scaled = (features[[*self.features]].to_numpy() - self.means) / self.scales
        score = self.intercept + scaled @ np.array(self.coefficients)
        probability = expit(self.calibration_intercept + self.calibration_slope * score)
        return pd.Series(rounded(probability), index=features.index, name="churn_probability")


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


def fit_churn(rows: pd.DataFrame, *, trained_on: date) -> ChurnModel | str:
    """Fit on older past nights and recalibrate on the latest, or say what is missing.

    The latest night with known labels calibrates; the regression is fitted on the nights whose
    labels were known on it. Where there are none, on all earlier nights (their 90 days overlap
    the calibration night's, never its cutoff's features).

    Parameters
    ----------
    rows : DataFrame
        Active customers of past nights: `cutoff_date`, `label_known_on` (dates), `churned`
        (1: no counted order in the 90 days after the cutoff), and features of `churn_features`.
    trained_on : D.

    Returns
    -------
    ChurnModel, or a sentence that says what is missing.

    Raises
    ------
    ValueError
        If any row's label became known after `trained_on`.
    """
    refuse_future_labels(rows, trained_on=trained_on)
    cutoffs = pd.to_datetime(rows["cutoff_date"]).dt.date
    nights = sorted(cutoffs.unique())
    if len(nights) < 2:
        return f"{len(nights)} past nights with known labels; one to fit and a later one needed"
    latest = nights[-1]
    known_then = [day for day in nights if day + timedelta(days=HORIZON_DAYS) <= latest]
    fitted_on = known_then or nights[:-1]
    fit_rows, calibration = rows[cutoffs.isin(fitted_on)], rows[cutoffs == latest]
    for part, words in ((fit_rows, "to fit"), (calibration, "to calibrate")):
        rarer = int(min(part["churned"].sum(), (1 - part["churned"]).sum()))
        if rarer < MIN_CLASS_ROWS:
            return (
                f"{rarer} of {len(part)} rows {words} have the rarer outcome "
                f"of churning and ordering again; at least {MIN_CLASS_ROWS} needed"
            )
    names = [name for name in CHURN_FEATURES if name in rows.columns]
    values = fit_rows[names].to_numpy(dtype=np.float64)
    means, scales = rounded(values.mean(axis=0)), rounded(values.std(axis=0))
    scales = np.where(scales > 0, scales, 1.0)
    outcome = fit_rows["churned"].to_numpy(dtype=np.float64)
    fitted = fit_logistic((values - means) / scales, outcome, ridge=RIDGE)
    scaled = (calibration[names].to_numpy(dtype=np.float64) - means) / scales
    observed = calibration["churned"].to_numpy(dtype=np.float64)
    # A ridge here too: a perfectly separating score would have an infinite slope.
    platt = fit_logistic((fitted[0] + scaled @ fitted[1:])[:, None], observed, ridge=RIDGE)
    return ChurnModel(
        trained_on=trained_on,
        features=tuple(names),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        intercept=float(fitted[0]),
        coefficients=tuple(fitted[1:].tolist()),
        calibration_intercept=float(platt[0]),
        calibration_slope=float(platt[1]),
        fitted_on=tuple(fitted_on),
        calibrated_on=latest,
        population=len(calibration),
        base_rate=rounded_number(observed.mean()),
    )


def churn_rows(histories: pd.DataFrame, features: pd.DataFrame, *, cutoff: date) -> pd.DataFrame:
    """Return the training rows of one past night: its active customers, features and label."""
    active = is_active(histories)
    known_on = cutoff + timedelta(days=HORIZON_DAYS)
    churned = (histories["order_days_next_90d"] == 0).astype("float64")
    return features[active].assign(
        churned=churned[active], cutoff_date=cutoff, label_known_on=known_on
    )
