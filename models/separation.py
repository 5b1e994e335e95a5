"""How well a grouping on a past night separates what customers spent after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from models.rounding import rounded_number

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

RESAMPLES = 200
"""Bootstrap resamples of customers; a standard error from them is itself known to 5 %."""
MIN_PAST_CUSTOMERS = 50
"""Customers; the standard error of a share explained is about 0.1 then."""


@dataclass(frozen=True)
class PastNight:
    """Customers as they were on a past night, and what they did next.

    Attributes
    ----------
    features : DataFrame (n_customers, n_features)
        Natural units, indexed by `customer_id`, as of that night.
    next_spend : Series (n_customers,)
        Spend in the 90 days after that night, account currency, by `customer_id`; a customer who
        is not in it spent nothing.
    """

    features: pd.DataFrame
    next_spend: pd.Series


@dataclass(frozen=True)
class PastCoordinates:
    """A past night in the scaled units of tonight's model.

    `coordinates` is (n_customers, n_features), `next_spend` (n_customers,) of the same customers.
    """

    coordinates: Array
    next_spend: Array


@dataclass(frozen=True)
class Separation:
    """Share of the variance of ranked spend that lies between the groups.

    `value` is at most 1, higher is better, and 0 or just below where the groups say nothing;
    `error` is its standard error, `low` to `high` its 95 % interval.
    """

    value: float
    error: float
    low: float
    high: float


def separations(
    groupings: Sequence[tuple[Labels, int]], next_spend: Array, *, random_state: int
) -> list[Separation]:
    """Return epsilon squared of the ranks of next spend for each grouping, with its error.

    Epsilon squared (Kelley 1935) is eta squared, the share of variance between groups, less what
    k groups would take of it by chance: 1 - (SSW / (n - k)) / (SST / (n - 1)). So more clusters
    do not win by their number. Of ranks, as in Kruskal & Wallis (1952): the spend of a few
    wholesalers would decide it otherwise, and no unit of money matters. All groupings are
    measured on the same bootstrap resamples of customers.

    Parameters
    ----------
    groupings : labels (n_customers,), 0 to k - 1, some perhaps empty, beside k.
    next_spend : (n_customers,), of the same customers.
    """
    customers = len(next_spend)
    ranks = rankdata(next_spend) / customers
    ranks = ranks - ranks.mean()
    random = np.random.default_rng(random_state)
    # The first is the sample itself, the others resamples of it: how often each customer counts.
    counts = np.ones((1 + RESAMPLES, customers))
    for resample in range(1, 1 + RESAMPLES):
        drawn = random.integers(customers, size=customers)
        counts[resample] = np.bincount(drawn, minlength=customers)
    total = counts @ ranks**2 - (counts @ ranks) ** 2 / customers
    return [_separation(labels, k, ranks, counts, total) for labels, k in groupings]


def _separation(
    labels: Labels, n_clusters: int, ranks: Array, counts: Array, total: Array
) -> Separation:
    members = np.eye(n_clusters)[labels]
    sizes = counts @ members
    sums = counts @ (members * ranks[:, None])
    customers = len(ranks)
    between = (sums**2 / np.maximum(sizes, 1)).sum(axis=1) - sums.sum(axis=1) ** 2 / customers
    varies = total > 0
    within = np.where(varies, 1 - between / np.where(varies, total, 1.0), 1.0)
    found = 1 - (customers - 1) / (customers - n_clusters) * within
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return Separation(
        rounded_number(found[0]),
        rounded_number(found[1:].std()),
        rounded_number(low),
        rounded_number(high),
    )
