"""The plain predictions a model has to beat: recency, recent orders, the last period's spend."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from models.logistic import fit_logistic
from models.rounding import rounded, rounded_number

RIDGE = 1.0
"""Of one unit-scale column; keeps the slope finite where recency separates perfectly."""


@dataclass(frozen=True)
class RecencyBaseline:
    """P(churn) = logistic(intercept + slope log(1 + recency_days)), learned on one past night."""

    intercept: float
    slope: float

    def predict(self, recency_days: pd.Series) -> pd.Series:
        """Return the churn probability in [0, 1] of each customer."""
        score = self.intercept + self.slope * np.log1p(recency_days.to_numpy(dtype=np.float64))
        return pd.Series(rounded(expit(score)), index=recency_days.index, name="recency")


def fit_recency_baseline(recency_days: pd.Series, churned: pd.Series) -> RecencyBaseline:
    """Learn the baseline from one past night's active customers.

    Raises
    ------
    ValueError
        If only one outcome occurs.
    """
    column = np.log1p(recency_days.to_numpy(dtype=np.float64))[:, None]
    intercept, slope = fit_logistic(column, churned.to_numpy(dtype=np.float64), ridge=RIDGE)
    return RecencyBaseline(float(intercept), float(slope))


@dataclass(frozen=True)
class RatioBaseline:
    """The next period is `ratio` times the last one, for every customer alike."""

    ratio: float
    name: str

    def predict(self, last_period: pd.Series) -> pd.Series:
        """Return the expectation, at least 0: nobody is expected to bring back more than buy."""
        values = rounded(self.ratio * last_period.to_numpy(dtype=np.float64).clip(min=0.0))
        return pd.Series(values, index=last_period.index, name=self.name)


def fit_ratio_baseline(
    last_period: pd.Series, next_period: pd.Series, *, name: str
) -> RatioBaseline:
    """Learn the ratio of sums from one past night.

    Raises
    ------
    ValueError
        If nothing happened in the last period.
    """
    before = float(last_period.clip(lower=0).sum())
    if not before > 0:
        raise ValueError(f"The last period of baseline {name!r} is empty; no ratio to learn.")
    return RatioBaseline(rounded_number(max(float(next_period.sum()), 0.0) / before), name)
