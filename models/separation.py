"""How well a grouping on a past night separates what customers spent after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.rounding import rounded_number

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

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

    def part(self, rows: Mask) -> "PastCoordinates":
        """Return some of the customers."""
        return PastCoordinates(self.coordinates[rows], self.next_spend[rows])


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
    resamples = _resampled(next_spend, random_state=random_state)
    return [_separation(_values(labels, k, resamples)) for labels, k in groupings]


def separation_gain(
    before: tuple[Labels, int],
    after: tuple[Labels, int],
    next_spend: Array,
    *,
    random_state: int,
) -> tuple[float, float, float]:
    """Return the separation by two groupings, and the standard error of their difference.

    Parameters as of `separations`. Both are measured on the same resamples, so that what they have
    in common, which is most of it, cancels out of the difference.
    """
    resamples = _resampled(next_spend, random_state=random_state)
    first, second = (_values(labels, k, resamples) for labels, k in (before, after))
    error = (second - first)[1:].std()
    return rounded_number(first[0]), rounded_number(second[0]), rounded_number(error)


@dataclass(frozen=True)
class _Resamples:
    """Ranks of spend (n_customers,); how often each counts, and their total squares, by resample.

    The first resample is the sample itself.
    """

    ranks: Array
    counts: Array
    total: Array


def _resampled(next_spend: Array, *, random_state: int) -> _Resamples:
    from scipy.stats import rankdata

    customers = len(next_spend)
    ranks = rankdata(next_spend) / customers
    ranks = ranks - ranks.mean()
    random = np.random.default_rng(random_state)
    counts = np.ones((1 + RESAMPLES, customers))
    for resample in range(1, 1 + RESAMPLES):
        drawn = random.integers(customers, size=customers)
        counts[resample] = np.bincount(drawn, minlength=customers)
    return _Resamples(ranks, counts, counts @ ranks**2 - (counts @ ranks) ** 2 / customers)


def _values(labels: Labels, n_clusters: int, resamples: _Resamples) -> Array:
    """Return epsilon squared on each resample, (1 + RESAMPLES,)."""
    ranks, counts, total = resamples.ranks, resamples.counts, resamples.total
    members = np.eye(n_clusters)[labels]
    sizes = counts @ members
    sums = counts @ (members * ranks[:, None])
    customers = len(ranks)
    between = (sums**2 / np.maximum(sizes, 1)).sum(axis=1) - sums.sum(axis=1) ** 2 / customers
    varies = total > 0
    within = np.where(varies, 1 - between / np.where(varies, total, 1.0), 1.0)
    found: Array = 1 - (customers - 1) / (customers - n_clusters) * within
    return found


def _separation(found: Array) -> Separation:
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return Separation(
        rounded_number(found[0]),
        rounded_number(found[1:].std()),
        rounded_number(low),
        rounded_number(high),
    )
