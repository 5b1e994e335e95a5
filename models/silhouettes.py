"""The silhouette of several groupings of the same customers at once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics.pairwise import euclidean_distances

from models.rounding import rounded_number

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

MAX_SILHOUETTE_ROWS = 5000
"""Customers; the silhouette is quadratic, and its error at 5,000 is below 0.005."""


def silhouettes(values: Array, groupings: Sequence[Labels]) -> list[float]:
    """Return the mean silhouette (Rousseeuw 1987, section 2) of each grouping.

    In [-1, 1], higher is better; -1 where all customers are in one cluster, for which it is not
    defined. A cluster of one customer counts 0. The distances, up to 200 MB, are taken once.

    Parameters
    ----------
    values : (n_customers, n_features), in scaled units.
    groupings : each (n_customers,), clusters numbered from 0, some perhaps empty.
    """
    distances = euclidean_distances(values)
    np.fill_diagonal(distances, 0.0)
    return [_mean_silhouette(distances, labels) for labels in groupings]


def sampled_silhouette(values: Array, labels: Labels, *, random_state: int) -> float:
    """Return the mean silhouette of all, or of 5,000 drawn with each cluster at its share."""
    if len(labels) > MAX_SILHOUETTE_ROWS:
        random = np.random.default_rng(random_state)
        share = MAX_SILHOUETTE_ROWS / len(labels)
        members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        drawn = [random.choice(m, max(1, int(len(m) * share)), replace=False) for m in members]
        rows = np.sort(np.concatenate(drawn))
        values, labels = values[rows], labels[rows]
    return silhouettes(values, [labels])[0]


def _mean_silhouette(distances: Array, labels: Labels) -> float:
    present, labels = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return -1.0
    sizes = np.bincount(labels)
    rows = np.arange(len(labels))
    to_clusters = distances @ np.eye(len(present))[labels]
    own = to_clusters[rows, labels] / np.maximum(sizes[labels] - 1, 1)
    means = to_clusters / sizes
    means[rows, labels] = np.inf
    others = means.min(axis=1)
    widest = np.maximum(own, others)
    scores = np.where(widest > 0, (others - own) / np.where(widest > 0, widest, 1.0), 0.0)
    return rounded_number(np.where(sizes[labels] > 1, scores, 0.0).mean())
