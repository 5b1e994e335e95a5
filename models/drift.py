"""How far tonight's customers are from those that a model was trained on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.rounding import rounded_number, significant

TENTHS = tuple(step / 10 for step in range(1, 10))
"""Where a training feature is cut; equal cuts, which ties bring about, are one."""
PSI_ALLOWED = 0.1
"""The trade's limit of "no change worth a look", which holds for endless populations."""
PSI_NOISE = 2.0
"""Times the PSI's expectation without drift: of small populations noise alone passes 0.1."""
EMPTY_COUNT = 0.5
"""Customers put into each bin beside those found: the logarithm of an empty one is infinite."""
FAR_QUANTILE = 0.99
"""Of the training distances to the nearest centre; beyond it one is far from every centre."""
FAR_EXCESS = 0.02
"""Share of customers: a new group of the smallest size that a segment may have (`selection`)."""
FAR_ERRORS = 3.0
"""Standard errors of the share of far customers that are left to chance."""
DRIFT_TYPES = {"feature": "str", "psi": "float64", "psi_limit": "float64", "is_drifted": "bool"}
"""Columns of the drift frame."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FeatureReference:
    """How one feature lay in the training population.

    `edges` (natural units, rising) cut it into bins, each holding its upper edge; `shares` are of
    those bins and, last, of the customers for whom it was unknown.
    """

    name: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class TrainingReference:
    """What drift is measured against.

    `far_distance` is the distance to the nearest centre, in scaled units, that 1 % of the
    `population` exceeded.
    """

    population: int
    far_distance: float
    features: tuple[FeatureReference, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON holds without loss."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "TrainingReference":
        """Return the reference that `to_dict` wrote."""
        return cls(
            content["population"],
            content["far_distance"],
            tuple(
                FeatureReference(item["name"], tuple(item["edges"]), tuple(item["shares"]))
                for item in content["features"]
            ),
        )


@dataclass(frozen=True)
class FarShare:
    """Share of customers far from every centre, in [0, 1], and the limit of drift."""

    share: float
    limit: float

    @property
    def is_drifted(self) -> bool:
        return self.share > self.limit


def learn_reference(
    features: pd.DataFrame, names: list[str], distances: Array
) -> TrainingReference:
    """Return what a training population was like.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        As `checked_features` returns it: natural units, NaN where unknown.
    names : the features that the model uses.
    distances : (n_customers,), to the nearest centre, in scaled units.
    """
    return TrainingReference(
        population=len(features),
        far_distance=significant(float(np.quantile(distances, FAR_QUANTILE))),
        features=tuple(_learn_feature(name, features[name].to_numpy()) for name in names),
    )


def measure_drift(reference: TrainingReference, features: pd.DataFrame) -> pd.DataFrame:
    """Return the population stability index of each feature, with the limit it has tonight.

    PSI = sum over bins of (q - p) ln(q / p), p the training and q tonight's shares. Without drift
    it is distributed as (1/N + 1/M) times chi-square with B - 1 degrees of freedom (Yurdakul &
    Naranjo 2020, "Statistical properties of the population stability index"), for N
    training and M customers tonight in B bins; the limit is 0.1 and twice that expectation:
    0.1 + 2 (B - 1)(1/N + 1/M). Unknown is a bin of its own wherever it occurs in either.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        As `checked_features` returns it; features that have gone are left out of the result.

    Returns
    -------
    DataFrame, one row per feature, columns of `DRIFT_TYPES`; no rows without customers.
    """
    rows = [
        _measure_feature(item, features[item.name].to_numpy(), reference.population)
        for item in reference.features
        if item.name in features.columns and len(features)
    ]
    return pd.DataFrame(rows, columns=list(DRIFT_TYPES)).astype(DRIFT_TYPES)


def measure_far_share(reference: TrainingReference, distances: Array) -> FarShare:
    """Return the share of customers beyond the training distance that only 1 % exceeded.

    The limit is 1 %, a new group of the smallest size that a segment may have (2 %), and three
    standard errors of both shares, for 1 % of few customers may be four by chance.

    Parameters
    ----------
    distances : (n_customers,), to the nearest centre, in scaled units.
    """
    expected = 1 - FAR_QUANTILE
    both = 1 / max(reference.population, 1) + 1 / max(len(distances), 1)
    error = (expected * FAR_QUANTILE * both) ** 0.5
    share = float((distances > reference.far_distance).mean()) if len(distances) else 0.0
    return FarShare(
        rounded_number(share), rounded_number(expected + FAR_EXCESS + FAR_ERRORS * error)
    )


def _learn_feature(name: str, values: Array) -> FeatureReference:
    known = values[~np.isnan(values)]
    cuts = np.unique(np.quantile(known, TENTHS, method="inverted_cdf")) if known.size else known
    # A cut at the largest value has nobody above it: a bin that training left empty.
    edges = tuple(float(cut) for cut in cuts if cut < known.max())
    counts = _bin_counts(edges, values)
    return FeatureReference(
        name, edges, tuple(rounded_number(count / max(len(values), 1)) for count in counts)
    )


def _measure_feature(
    reference: FeatureReference, values: Array, population: int
) -> dict[str, object]:
    before = np.array(reference.shares) * population
    now = _bin_counts(reference.edges, values)
    if before[-1] == 0.0 and now[-1] == 0.0:
        before, now = before[:-1], now[:-1]
    p, q = (
        (counts + EMPTY_COUNT) / (counts.sum() + EMPTY_COUNT * len(counts))
        for counts in (before, now)
    )
    psi = rounded_number(float(((q - p) * np.log(q / p)).sum()))
    noise = (len(p) - 1) * (1 / population + 1 / len(values))
    limit = rounded_number(PSI_ALLOWED + PSI_NOISE * noise)
    return {"feature": reference.name, "psi": psi, "psi_limit": limit, "is_drifted": psi > limit}


def _bin_counts(edges: tuple[float, ...], values: Array) -> Array:
    """Return the customers in each bin, and last those for whom the feature is unknown."""
    unknown = np.isnan(values)
    places = np.searchsorted(np.array(edges), values[~unknown], side="left")
    counts = np.bincount(places, minlength=len(edges) + 1)
    return np.append(counts, unknown.sum()).astype(np.float64)
