"""Agreement between groupings of the same customers, and of a grouping with its resamples."""

import warnings

import numpy as np
import numpy.typing as npt
from scipy.special import comb
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

RESAMPLES = 20
"""Bootstrap resamples; the standard error of a mean Jaccard of 0.6 is then below 0.06."""
EARLY_RESAMPLES = 8
"""Resamples after which a grouping is given up if it is hopeless by then."""
HOPELESS = 0.45
"""Mean Jaccard of the worst cluster that twelve more resamples do not lift to 0.6."""
MAX_RESAMPLE_ROWS = 2000
"""Rows drawn per resample; a cluster of the smallest allowed share still has 40 of them."""
RESAMPLE_STARTS = 3
"""k-means starts per resample; fewer than in the fit, which errs on the side of `unstable`."""


def overlap_counts(first: Labels, second: Labels, shape: tuple[int, int]) -> Labels:
    """Return how many customers have label i in the first and j in the second grouping."""
    counts = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.int64)


def jaccard_overlaps(counts: Labels) -> Array:
    """Return shared / either for each pair of groups, in [0, 1]; 0 where both are empty."""
    either = counts.sum(axis=1)[:, None] + counts.sum(axis=0)[None, :] - counts
    overlaps: Array = counts / np.maximum(either, 1)
    return overlaps


def adjusted_rand(counts: Labels) -> float:
    """Return the Adjusted Rand index (Hubert & Arabie 1985, equation 5) of two groupings.

    1 is the same grouping, 0 what chance alone would give; groupings that both hold one group
    are the same grouping.
    """
    together = float(comb(counts, 2).sum())
    in_first = float(comb(counts.sum(axis=1), 2).sum())
    in_second = float(comb(counts.sum(axis=0), 2).sum())
    pairs = float(comb(counts.sum(), 2))
    expected = in_first * in_second / pairs if pairs else 0.0
    largest = (in_first + in_second) / 2
    return 1.0 if largest == expected else (together - expected) / (largest - expected)


def cluster_stability(coordinates: Array, labels: Labels, *, random_state: int) -> Array:
    """Return each cluster's mean Jaccard with its best match over bootstrap resamples.

    Hennig (2007), "Cluster-wise assessment of cluster stability", section 3, scheme
    "bootstrap": a resample is clustered anew, and each original cluster, cut to the customers
    drawn, is compared with the most similar new one. Customers drawn twice weigh twice in the
    clustering and count once in the comparison, so copies do not pass for agreement. There, 0.6
    and more is a pattern, 0.75 and more a stable cluster; 0.5 and less is dissolved. A grouping
    that is hopeless after 8 resamples is not given the other 12.

    Parameters
    ----------
    coordinates : (n_customers, n_features), in scaled units.
    labels : (n_customers,), 0 to k - 1, each occurring.

    Returns
    -------
    (k,) in [0, 1]; higher is more stable.
    """
    n_clusters = int(labels.max()) + 1
    random = np.random.default_rng(random_state)
    rows = min(len(labels), MAX_RESAMPLE_ROWS)
    found = np.full((RESAMPLES, n_clusters), np.nan)
    for resample in range(RESAMPLES):
        drawn, weights = np.unique(random.integers(len(labels), size=rows), return_counts=True)
        if len(drawn) < n_clusters:
            continue
        again = KMeans(
            n_clusters,
            n_init=RESAMPLE_STARTS,
            random_state=int(random.integers(2**31)),
        )
        with warnings.catch_warnings():
            # A resample may hold fewer distinct customers than clusters; it then agrees badly.
            warnings.simplefilter("ignore", ConvergenceWarning)
            new = again.fit_predict(coordinates[drawn], sample_weight=weights).astype(np.int64)
        counts = overlap_counts(labels[drawn], new, (n_clusters, n_clusters))
        best = jaccard_overlaps(counts).max(axis=1)
        found[resample] = np.where(counts.sum(axis=1) > 0, best, np.nan)
        if resample + 1 == EARLY_RESAMPLES and _means(found).min() < HOPELESS:
            break
    return _means(found)


def _means(found: Array) -> Array:
    """Return the mean of each column over the resamples in which its cluster occurred."""
    seen = (~np.isnan(found)).sum(axis=0)
    means: Array = np.nansum(found, axis=0) / np.maximum(seen, 1)
    return means
