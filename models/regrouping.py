"""Changes of single segments between refits: two that merge, one that splits, one that is born."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from models.challenger import CLEARLY_BETTER, compare, means_of, settle
from models.criterion import PREFERRED_MIN_CLUSTERS
from models.fitting import nearest_labels
from models.rounding import rounded
from models.selection import CANDIDATES, MIN_CLUSTER_SHARE
from models.silhouettes import sampled_silhouette

SPLIT_STARTS = 3
"""k-means++ starts when a segment is tried in two."""

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """Centres after one change, and what it was in words."""

    what: str
    centres: Array


def change_where_needed(
    coordinates: Array, centres: Array, *, is_far: Mask, may_merge: bool, random_state: int
) -> Change | None:
    """Return the merger, split or birth that the customers call for, if there is one.

    Of each kind the one that parts them best (`compare`) is looked at; it is called for if the mean
    silhouette, by which the number of clusters was selected, gains more than 0.02 by it. All
    other centres only move on a step, so that a group that changes does not cost the others their
    ids, as grouping everybody afresh does wherever groups overlap. One at a refit: what else has
    changed is still there at the next.

    Parameters
    ----------
    coordinates : (n_customers, n_features), centres : (k, n_features), in scaled units.
    is_far : (n_customers,), whether a customer is far from every centre of the model in use.
    may_merge : whether two segments may become one.
    """
    best: dict[str, tuple[float, Change]] = {}
    for change in _changes(coordinates, centres, is_far, random_state, may_merge=may_merge):
        gain = compare(coordinates, centres, change.centres).gain
        if change.what not in best or gain > best[change.what][0]:
            best[change.what] = gain, change
    now = _silhouette_of(coordinates, centres, random_state)
    chosen, lead = None, CLEARLY_BETTER
    for _, change in best.values():
        gain = _silhouette_of(coordinates, change.centres, random_state) - now
        if gain > lead:
            chosen, lead = change, gain
    return chosen


def _silhouette_of(coordinates: Array, centres: Array, random_state: int) -> float:
    labels = nearest_labels(coordinates, centres)
    with threadpool_limits(limits=1):
        return sampled_silhouette(coordinates, labels, random_state=random_state)


def without_vanished(coordinates: Array, centres: Array) -> tuple[Array, int]:
    """Return the centres that still hold the smallest share of a segment, and how many do not.

    The smallest goes first, and its customers to what is nearest then, which may save another.
    """
    needed = MIN_CLUSTER_SHARE * len(coordinates)
    count = len(centres)
    while len(centres) > 2:
        sizes = np.bincount(nearest_labels(coordinates, centres), minlength=len(centres))
        if sizes.min() >= needed:
            break
        centres = np.delete(centres, sizes.argmin(), axis=0)
    return centres, count - len(centres)


def _changes(
    coordinates: Array, centres: Array, is_far: Mask, random_state: int, *, may_merge: bool
) -> Iterator[Change]:
    from sklearn.cluster import KMeans

    labels = nearest_labels(coordinates, centres)
    sizes = np.bincount(labels, minlength=len(centres))
    if may_merge and len(centres) > PREFERRED_MIN_CLUSTERS:
        for first, second in combinations(range(len(centres)), 2):
            weights = sizes[[first, second]] + 1e-9
            merged = np.average(centres[[first, second]], axis=0, weights=weights)
            rest = np.delete(centres, [first, second], axis=0)
            yield _moved_on("two merged", coordinates, np.vstack([rest, merged]))
    if len(centres) + 1 not in CANDIDATES:
        return
    needed = MIN_CLUSTER_SHARE * len(coordinates)
    if is_far.sum() >= needed:
        born = means_of(coordinates[is_far], np.zeros(is_far.sum(), dtype=np.int64), 1)
        yield _moved_on(
            "one born of customers far from all", coordinates, np.vstack([centres, born])
        )
    for place in range(len(centres)):
        members = coordinates[labels == place]
        if len(members) < 2 * needed or len(np.unique(members, axis=0)) < 2:
            continue
        halves = KMeans(2, n_init=SPLIT_STARTS, random_state=random_state).fit(members)
        in_two = np.vstack([np.delete(centres, place, axis=0), halves.cluster_centers_])
        yield _moved_on("one split", coordinates, in_two)


def _moved_on(what: str, coordinates: Array, centres: Array) -> Change:
    return Change(what, settle(coordinates, rounded(centres)).centres)
