"""The silhouette of several groupings of the same customers at once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.rounding import rounded_number

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

MAX_SILHOUETTE_ROWS = 5000
"""Customers; the silhouette is quadratic, and its error at 5,000 is below 0.005."""
BLOCK_ROWS = 256
"""Customers whose distances to all are held at a time; 10 MB at most, which a cache can keep."""


def silhouettes(values: Array, groupings: Sequence[Labels]) -> list[float]:
    """Return the mean silhouette (Rousseeuw 1987, section 2) of each grouping.

    In [-1, 1], higher is better; -1 where all customers are in one cluster, for which it is not
    defined. A cluster of one customer counts 0. Each distance is taken once for all groupings.

    Parameters
    ----------
    values : (n_customers, n_features), in scaled units.
    groupings : each (n_customers,), clusters numbered from 0, some perhaps empty.
    """
    members = [np.eye(int(labels.max()) + 1)[:, labels] for labels in groupings]
    ends = np.cumsum([len(each) for each in members])
    sums = _summed_distances(values, np.vstack(members))
    return [
        _mean_silhouette(part, labels)
        for part, labels in zip(np.split(sums, ends[:-1]), groupings, strict=True)
    ]


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


def _summed_distances(values: Array, members: Array) -> Array:
    """Return each customer's distances to the members of each cluster, summed.

    Parameters
    ----------
    members : (n_clusters, n_customers), 1 for who is in it, 0 for who is not.

    Returns
    -------
    (n_clusters, n_customers)
    """
    squares = (values**2).sum(axis=1)
    sums = np.empty(members.shape)
    for begin in range(0, len(values), BLOCK_ROWS):
        rows = np.arange(begin, min(begin + BLOCK_ROWS, len(values)))
        # In place: a second array of this size would not stay in the cache.
        block = values[rows] @ values.T
        block *= -2
        block += squares
        block += squares[rows, None]
        np.maximum(block, 0.0, out=block)
        np.sqrt(block, out=block)
        block[rows - begin, rows] = 0.0
        sums[:, rows] = members @ block.T
    return sums


def _mean_silhouette(sums: Array, labels: Labels) -> float:
    """Return the mean silhouette from each customer's distances to each cluster, summed."""
    sizes = np.bincount(labels, minlength=len(sums))
    if (sizes > 0).sum() < 2:
        return -1.0
    rows = np.arange(len(labels))
    own = sums[labels, rows] / np.maximum(sizes[labels] - 1, 1)
    means = sums / np.maximum(sizes, 1)[:, None]
    means[sizes == 0] = np.inf
    means[labels, rows] = np.inf
    others = means.min(axis=0)
    widest = np.maximum(own, others)
    scores = np.where(widest > 0, (others - own) / np.where(widest > 0, widest, 1.0), 0.0)
    return rounded_number(np.where(sizes[labels] > 1, scores, 0.0).mean())
