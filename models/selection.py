"""The number of clusters, by a stated criterion."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.metrics.pairwise import euclidean_distances
from threadpoolctl import threadpool_limits

from models.candidates import PREFERRED_MIN_CLUSTERS, Candidate, Clustering, Selection
from models.rounding import rounded, rounded_number
from models.stability import cluster_stability

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

CANDIDATES = range(2, 13)
"""Clusters; more than a dozen groups nobody can act on."""
MIN_CLUSTER_SHARE = 0.02
"""Of customers; a smaller group is too few to act on and dies at the next refit."""
MIN_CLUSTER_CUSTOMERS = 5
"""Customers; the mean of fewer describes persons, not a group."""
MIN_TRAINING_CUSTOMERS = math.ceil(1 / MIN_CLUSTER_SHARE)
"""Customers; among fewer, the smallest allowed share is less than one person."""
MIN_STABILITY = 0.6
"""Mean bootstrap Jaccard of the worst cluster, in [0, 1]; Hennig (2007) sees a pattern from 0.6."""
KEEP_SLACK = 0.02
"""Silhouette that the previous number of clusters may lack and still be kept at a refit."""
MAX_SILHOUETTE_ROWS = 5000
"""Customers; the silhouette is quadratic, and its error at 5,000 is below 0.005."""
STARTS = 10
"""k-means++ starts per fit, of which the best is kept."""
MAX_ITERATIONS = 500
"""Enough that no start ends before it has settled."""


def select_clustering(
    coordinates: pd.DataFrame, *, random_state: int, previous_n_clusters: int | None = None
) -> Selection:
    """Fit k = 2 to 12 clusters and choose one by the stated criterion.

    A candidate is valid if every cluster holds at least 2 % of the customers (and 5 of them) and
    the least stable one reaches a mean bootstrap Jaccard of 0.6. Among the valid with k >= 3 the
    highest silhouette wins, except that a refit keeps the previous number of clusters if that is
    valid and lacks at most 0.02: noise in the third digit must not regroup everybody. k = 2 is
    taken only if nothing else is valid.

    Parameters
    ----------
    coordinates : DataFrame (n_customers, n_features)
        Scaled features, in an order that does not depend on the order of arrival.
    previous_n_clusters : the previous model's number, if there is a previous model.
    """
    values = coordinates.to_numpy(dtype="float64")
    if values.shape[1] == 0:
        return Selection(None, (), "no feature varies enough to group customers by")
    if len(values) < MIN_TRAINING_CUSTOMERS:
        reason = f"{len(values)} customers; at least {MIN_TRAINING_CUSTOMERS} needed to group them"
        return Selection(None, (), reason)
    distinct = len(np.unique(values, axis=0))
    with threadpool_limits(limits=1):
        all_pairs = _distances(values) if len(values) <= MAX_SILHOUETTE_ROWS else None
        candidates = tuple(
            _try_candidate(
                values, k, distinct=distinct, all_pairs=all_pairs, random_state=random_state
            )
            for k in CANDIDATES
        )
    chosen, reason = _choose(candidates, previous_n_clusters)
    return Selection(chosen, candidates, reason)


def _try_candidate(
    values: Array, n_clusters: int, *, distinct: int, all_pairs: Array | None, random_state: int
) -> Candidate:
    """Fit one number of clusters and measure it, the dear measures only where they can matter."""
    if distinct < n_clusters:
        problem = f"only {distinct} customers differ from one another"
        return Candidate(n_clusters, None, None, None, None, problem)
    fit = KMeans(n_clusters, n_init=STARTS, max_iter=MAX_ITERATIONS, random_state=random_state)
    labels, centres = _in_canonical_order(
        fit.fit(values).labels_.astype(np.int64), fit.cluster_centers_
    )
    clustering = Clustering(labels, centres)
    sizes = np.bincount(labels, minlength=n_clusters)
    min_share = rounded_number(sizes.min() / len(labels))
    silhouette = _silhouette(values, labels, all_pairs=all_pairs, random_state=random_state)
    needed = max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(labels)))
    if sizes.min() < needed:
        problem = f"its smallest cluster holds {sizes.min()} customers; {needed} needed"
        return Candidate(n_clusters, clustering, silhouette, None, min_share, problem)
    worst = float(cluster_stability(values, labels, random_state=random_state).min())
    stability = rounded_number(worst)
    unstable = (
        f"its least stable cluster keeps {stability:.2f} of itself in resamples; "
        f"{MIN_STABILITY} needed"
        if stability < MIN_STABILITY
        else None
    )
    return Candidate(n_clusters, clustering, silhouette, stability, min_share, unstable)


def _choose(
    candidates: tuple[Candidate, ...], previous_n_clusters: int | None
) -> tuple[Candidate | None, str]:
    """Return the candidate that the criterion takes, and the sentence that says why."""
    valid = [candidate for candidate in candidates if candidate.problem is None]
    if not valid:
        return None, (
            "no number of clusters from 2 to 12 is valid: every one has a cluster that is "
            f"too small (under {MIN_CLUSTER_SHARE:.0%}) or unstable (under {MIN_STABILITY})"
        )
    preferred = [item for item in valid if item.n_clusters >= PREFERRED_MIN_CLUSTERS]
    if not preferred:
        return valid[0], "the only valid number of clusters"
    best = max(preferred, key=lambda item: (item.silhouette or -1.0, -item.n_clusters))
    for item in preferred:
        lacks = (best.silhouette or 0.0) - (item.silhouette or 0.0)
        if item is not best and item.n_clusters == previous_n_clusters and lacks <= KEEP_SLACK:
            return item, f"as before; the best silhouette is only {lacks:.3f} higher"
    return best, "highest silhouette of the valid ones with at least three clusters"


def _in_canonical_order(labels: Labels, centres: Array) -> tuple[Labels, Array]:
    """Return the clusters numbered by their centres, not by the chance of their start."""
    centres = rounded(np.asarray(centres, dtype=np.float64))
    order = np.lexsort(centres.T[::-1])
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    return position[labels].astype(np.int64), centres[order]


def _silhouette(
    values: Array, labels: Labels, *, all_pairs: Array | None, random_state: int
) -> float:
    """Return the mean silhouette, of all customers or of 5,000 with each cluster at its share."""
    if all_pairs is None:
        random = np.random.default_rng(random_state)
        share = MAX_SILHOUETTE_ROWS / len(labels)
        members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        drawn = [random.choice(m, max(1, int(len(m) * share)), replace=False) for m in members]
        rows = np.sort(np.concatenate(drawn))
        labels, all_pairs = labels[rows], _distances(values[rows])
    return rounded_number(silhouette_score(all_pairs, labels, metric="precomputed"))


def _distances(values: Array) -> Array:
    """Return the distances between all pairs: 200 MB at most, once for all candidates."""
    distances: Array = euclidean_distances(values)
    np.fill_diagonal(distances, 0.0)
    return distances
