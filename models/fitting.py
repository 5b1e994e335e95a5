"""Two ways to find k centres: k-means, and a Gaussian mixture."""

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.rounding import rounded

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Method = Literal["kmeans", "gaussian_mixture"]

METHODS: tuple[Method, ...] = ("kmeans", "gaussian_mixture")
"""What is tried for every k; both are published as the rule of the nearest centre."""
STARTS = 10
"""k-means++ starts per fit, of which the best is kept."""
MAX_ITERATIONS = 500
"""Enough that no start of k-means ends before it has settled."""
EM_ITERATIONS = 50
"""Of expectation and maximisation; from the k-means solution the means have settled by then."""
EM_TOLERANCE = 1e-3
"""Gain of the mean log-likelihood per customer below which a mixture has settled."""
MIN_VARIANCE = 0.01
"""Squared scaled units; else a component shrinks onto one value that many share, such as zero."""


def kmeans_centres(
    values: Array,
    n_clusters: int,
    *,
    random_state: int,
    starts: int = STARTS,
    weights: Array | None = None,
) -> Array:
    """Return the centres of the best of some k-means++ starts, sorted by coordinate.

    Sorted, so that their order is not the chance of the start.

    Parameters
    ----------
    values : (n_customers, n_features), in scaled units.
    weights : (n_customers,), how often each customer counts; once where not given.

    Returns
    -------
    (n_clusters, n_features)
    """
    # A second of imports, which only a night that learns has a use for.
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    found = KMeans(n_clusters, n_init=starts, max_iter=MAX_ITERATIONS, random_state=random_state)
    with warnings.catch_warnings():
        # A resample may hold fewer distinct customers than clusters; it then agrees badly.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found.fit(values, sample_weight=weights)
    return _in_order(found.cluster_centers_)


def centres_from(
    start: Array, method: Method, values: Array, *, weights: Array | None = None
) -> Array:
    """Return a method's centres, given the k-means solution, from which both methods begin."""
    if method == "kmeans":
        return start
    return mixture_centres(values, start, weights=weights)


def nearest_labels(values: Array, centres: Array) -> Labels:
    """Return the nearest centre's number for every row; ties go to the smaller number."""
    # The rows' own squares are the same for every centre and left out.
    gaps = (centres**2).sum(axis=1)[:, None] - 2 * (centres @ values.T)
    labels: Labels = rounded(gaps).argmin(axis=0).astype(np.int64)
    return labels


def mixture_centres(values: Array, start: Array, *, weights: Array | None = None) -> Array:
    """Return the means of a Gaussian mixture, found from `start`, sorted by coordinate.

    Components have diagonal covariances; expectation and maximisation as in Dempster, Laird &
    Rubin (1977), section 4.3. A variance has a floor: without it a component shrinks onto a value
    that many customers share, and its likelihood grows without bound.

    Parameters
    ----------
    values : (n_customers, n_features), in scaled units.
    start : (n_clusters, n_features), the k-means solution of the same values.
    weights : (n_customers,), how often each customer counts; once where not given.

    Returns
    -------
    (n_clusters, n_features)
    """
    counts = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    total = counts.sum()
    # Components are rows: sums over few components then run along whole columns of customers.
    turned = np.ascontiguousarray(values.T)
    squares = turned**2
    belongs = np.eye(len(start))[:, nearest_labels(values, start)]
    last = -np.inf
    for _ in range(EM_ITERATIONS):
        weighted = belongs * counts
        mass = np.maximum(weighted.sum(axis=1), 1e-9)
        means = (weighted @ values) / mass[:, None]
        variances = np.maximum((weighted @ squares.T) / mass[:, None] - means**2, MIN_VARIANCE)
        constants = np.log(mass / total) - 0.5 * (
            np.log(2 * np.pi * variances) + means**2 / variances
        ).sum(axis=1)
        logs = (means / variances) @ turned - (0.5 / variances) @ squares + constants[:, None]
        highest = logs.max(axis=0)
        belongs = np.exp(logs - highest)
        density = belongs.sum(axis=0)
        belongs /= density
        likelihood = float(counts @ (highest + np.log(density))) / total
        if likelihood - last < EM_TOLERANCE:
            break
        last = likelihood
    return _in_order(means)


def _in_order(centres: Array) -> Array:
    centres = rounded(np.asarray(centres, dtype=np.float64))
    return centres[np.lexsort(centres.T[::-1])]
