"""The plain predictions a model has to beat: recency, recent orders, the last period's spend."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from models.logistic import fit_logistic
from models.rounding import rounded, rounded_number

RIDGE = 1.0
"""Of one unit-scale column; keeps the slope finite where recency separates perfectly."""
CELL_WEIGHT = 20.0
"""Customers that the base rate counts for in each cell."""


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
class CellBaseline:
    """P(churn) = the share that left on one past night among customers of the same cell.

    `shares` by cell; `base_rate` for a cell that nobody was in.
    """

    shares: dict[int, float]
    base_rate: float
    name: str

    def predict(self, cells: pd.Series) -> pd.Series:
        """Return the churn probability in [0, 1] of each customer."""
        values = cells.astype("int64").map(self.shares).fillna(self.base_rate)
        return values.astype("float64").rename(self.name)


def fit_cell_baseline(cells: pd.Series, churned: pd.Series, *, name: str) -> CellBaseline:
    """Learn the shares from one past night; a small cell is drawn towards the base rate.

    (left + 20 base rate) / (customers + 20): a cell of three is no evidence by itself.

    Raises
    ------
    ValueError
        If only one outcome occurs.
    """
    if churned.nunique() < 2:
        raise ValueError(f"Baseline {name!r} needs both outcomes; {churned.sum():g} left.")
    base_rate = float(churned.mean())
    by_cell = churned.groupby(cells.astype("int64"), sort=True).agg(["sum", "size"])
    shares = (by_cell["sum"] + CELL_WEIGHT * base_rate) / (by_cell["size"] + CELL_WEIGHT)
    return CellBaseline(
        {
            int(cell): rounded_number(share)
            for cell, share in zip(shares.index.to_numpy(), shares.to_numpy(), strict=True)
        },
        rounded_number(base_rate),
        name,
    )


PlainRule = RecencyBaseline | CellBaseline
"""What is said of churn without a model."""


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
