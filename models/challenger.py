"""Whether a refit may take the place of the model that is in use."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.candidates import Clustering
from models.fitting import nearest_labels
from models.rounding import rounded
from models.scoring import squared_distances
from models.transforms import Scaler, apply_scaler, fit_scaler

HELD_OUT_PARTS = 10
"""One customer in ten takes no part in a refit and judges it."""
MAX_SCALE_RATIO = 1.5
"""Times the training deviation, or its inverse, from which a feature weighs wrongly."""
MAX_MOVED_SHARE = 0.01
"""Of the customers, whom a refit may put to another centre; own moves come on top."""
HALVINGS = 6
"""By which the part of the step is found, to 1/64."""
MAX_STEPS = 100
"""Of k-means, where it is run to its end; what moves then is a matter of the third decimal."""
WORSE_Z = 1.645
"""Standard errors below 0 of the mean difference: worse by chance in one comparison of twenty."""
MATERIAL_LOSS = 0.005
"""Silhouette; two models one step apart differ by less, and may do so beyond all chance."""
CLEARLY_BETTER = 0.02
"""Silhouette that a change must gain, as the selection asks of another number of clusters."""

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """How well two groupings part the held-out customers.

    `before` and `after` are mean simplified silhouettes in [-1, 1], higher is better; `error` is
    the standard error of the mean difference, over `customers` pairs.
    """

    before: float
    after: float
    error: float
    customers: int
    material_loss: ClassVar[float] = MATERIAL_LOSS

    @property
    def gain(self) -> float:
        return self.after - self.before

    @property
    def is_worse(self) -> bool:
        """Whether the loss is both beyond chance and large enough to matter to anybody."""
        return self.gain < -max(WORSE_Z * self.error, self.material_loss)

    def text(self) -> str:
        """Say both figures in words."""
        return (
            f"mean silhouette of {self.customers} held-out customers {self.after:.3f}, "
            f"that of the model in use {self.before:.3f}"
        )


def is_held_out(customers: pd.Index) -> npt.NDArray[np.bool_]:
    """Return who judges refits instead of taking part: a tenth, by the digest of the id.

    By digest, so that it is the same customers on every night and none of them has ever had a
    share in a refit.
    """
    return np.array(
        [
            int(hashlib.md5(f"held-out:{each}".encode()).hexdigest()[:8], 16) % HELD_OUT_PARTS == 0
            for each in customers
        ],
        dtype=np.bool_,
    )


def problem_of_space(scaler: Scaler, features: pd.DataFrame) -> str | None:
    """Return why a scaler does not suit these customers any more, or None if it does.

    Distances are kept in one space for as long as that is right: each new scaler moves every
    boundary by itself. Where a feature lies does not matter to them, only how wide it is.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features), as `checked_features` returns it.
    """
    changed = changed_features(scaler, features)
    if changed is not None:
        return changed
    varying = fit_scaler(features).names
    if varying != scaler.names:
        more = [name for name in varying if name not in scaler.names]
        fewer = [name for name in scaler.names if name not in varying]
        return f"features that say something changed (new: {more}, no longer: {fewer})"
    deviations = apply_scaler(scaler, features).std(ddof=0)
    for name, deviation in deviations.items():
        if not 1 / MAX_SCALE_RATIO <= deviation <= MAX_SCALE_RATIO:
            return f"{name} varies {deviation:.2f} times as much as when the scales were learned"
    return None


def changed_features(scaler: Scaler, features: pd.DataFrame) -> str | None:
    """Return which columns came or went since a scaler was fitted, in words, or None."""
    known = {*scaler.names, *(item.name for item in scaler.left_out)}
    given = {str(name) for name in features.columns}
    if known == given:
        return None
    return (
        f"the list of features changed (new: {sorted(given - known)}, "
        f"gone: {sorted(known - given)})"
    )


def settle(coordinates: Array, centres: Array) -> Clustering:
    """Return the grouping after one step of k-means from given centres (Lloyd 1982).

    Each centre goes to the mean of the customers nearest to it; one without customers stays. The
    mean squared distance never grows by it. A refit that goes on to the end of the steps finds
    hardly less of it and moves several times as many customers. Where even one step would put
    more than 1 % of them to another centre, the centres go only a part of the way, the same for
    all: the rest is gone at the next refits.

    Parameters
    ----------
    coordinates : (n_customers, n_features), centres : (k, n_features), in scaled units.
    """
    labels = nearest_labels(coordinates, centres)
    means = means_of(coordinates, labels, len(centres))
    step = np.where(np.isnan(means), centres, means) - centres
    moved = rounded(centres + step)
    found = nearest_labels(coordinates, moved)
    if (found != labels).mean() <= MAX_MOVED_SHARE:
        return Clustering(found, moved)
    short, long = 0.0, 1.0
    for _ in range(HALVINGS):
        part = (short + long) / 2
        share = (nearest_labels(coordinates, rounded(centres + part * step)) != labels).mean()
        short, long = (part, long) if share <= MAX_MOVED_SHARE else (short, part)
    moved = rounded(centres + short * step)
    return Clustering(nearest_labels(coordinates, moved), moved)


def settled_in_the_end(coordinates: Array, centres: Array) -> Array:
    """Return where centres come to rest that go on step by step, (k, n_features).

    It is where refit after refit takes them if the customers stay as they are.
    """
    for _ in range(MAX_STEPS):
        means = means_of(coordinates, nearest_labels(coordinates, centres), len(centres))
        moved = rounded(np.where(np.isnan(means), centres, means))
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def means_of(coordinates: Array, labels: Labels, n_clusters: int) -> Array:
    """Return the mean of each cluster, NaN where it holds nobody; (n_clusters, n_features)."""
    sizes = np.bincount(labels, minlength=n_clusters).astype(np.float64)
    sums = np.stack(
        [np.bincount(labels, column, minlength=n_clusters) for column in coordinates.T], axis=1
    )
    return sums / np.where(sizes == 0, np.nan, sizes)[:, None]


def compare(coordinates: Array, before: Array, after: Array) -> Comparison:
    """Return how well two sets of centres part the same customers, in one space.

    By the simplified silhouette (b - a) / b of each customer, for the distances a to the nearest
    and b to the second nearest centre (Vendramin, Campello & Hruschka 2010): unlike
    the mean squared distance it does not fall by mere numbers of centres.

    Parameters
    ----------
    coordinates : (n_customers, n_features) of customers who took no part in either fit.
    """
    first, second = (
        _simplified_silhouettes(coordinates, before),
        _simplified_silhouettes(coordinates, after),
    )
    difference = second - first
    count = len(difference)
    if count == 0:
        return Comparison(0.0, 0.0, 0.0, 0)
    error = float(difference.std()) / count**0.5
    return Comparison(float(first.mean()), float(second.mean()), error, count)


def _simplified_silhouettes(coordinates: Array, centres: Array) -> Array:
    distances = np.sort(np.sqrt(squared_distances(coordinates, centres)), axis=1)
    own, other = distances[:, 0], distances[:, 1]
    silhouettes: Array = (other - own) / np.where(other == 0, 1.0, other)
    return rounded(silhouettes)
