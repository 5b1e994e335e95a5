"""The clustering that is taken, by a stated criterion and with a verdict on what it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from models.candidates import Candidate, Clustering, Selection
from models.criterion import Previous, choose
from models.fitting import METHODS, Method, centres_from, kmeans_centres, nearest_labels
from models.rounding import rounded_number
from models.separation import PastCoordinates, separations
from models.silhouettes import sampled_silhouette
from models.stability import RESAMPLES, Stability, cluster_stability
from models.verdict import NullComparison, SilhouetteTest, StabilityTest, verdict_reason

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
MIN_STABILITY = 0.75
"""Mean bootstrap Jaccard of the worst cluster, in [0, 1]; stable from 0.75 (Hennig 2007)."""


def select_clustering(
    coordinates: pd.DataFrame,
    *,
    random_state: int,
    previous: Previous | None = None,
    past: PastCoordinates | None = None,
) -> Selection:
    """Fit k = 2 to 12 clusters by each method, choose one and say what can be claimed of it.

    A candidate is valid if every cluster holds at least 2 % of the customers (and 5 of them) and
    the least stable one reaches a mean bootstrap Jaccard of 0.75. Which of them is taken,
    `criterion.choose` says; stability has no say in it, since it is highest where there is least
    to find: half of a single cloud is found again every time. Hence the verdict, on the one that
    is taken: `natural` if silhouette and stability are beyond what customers without clusters
    show (`verdict.NullComparison`), else `reproducible`: a stable cut of a continuum; `none` if no
    candidate is valid (after Dolnicar & Leisch 2010, whose third case is called constructive).

    Parameters
    ----------
    coordinates : DataFrame (n_customers, n_features)
        Scaled features, in an order that does not depend on the order of arrival.
    previous : the previous model's method and number of clusters, if there is a previous model.
    past : what customers of a past night spent next; a young account has none.
    """
    values = coordinates.to_numpy(dtype="float64")
    if len(values) < MIN_TRAINING_CUSTOMERS:
        who = "1 customer" if len(values) == 1 else f"{len(values)} customers"
        reason = f"{who}; at least {MIN_TRAINING_CUSTOMERS} needed to group them"
        return Selection(None, (), reason)
    if values.shape[1] == 0:
        return Selection(None, (), "no feature varies enough to group customers by")
    with threadpool_limits(limits=1):
        candidates = _tried(values, random_state=random_state)
        if past is not None:
            candidates = _with_separation(candidates, past, random_state=random_state)
        valid = [candidate for candidate in candidates if candidate.problem is None]
        if not valid:
            return Selection(None, tuple(candidates), _no_valid_candidate())
        taken, reason = choose(valid, previous)
        place = next(place for place, item in enumerate(candidates) if item is taken)
        candidates = _with_null_tests(values, candidates, place, random_state=random_state)
    chosen = candidates[place]
    assert chosen.silhouette_test is not None
    why = verdict_reason(chosen.silhouette_test, chosen.stability_test)
    return Selection(chosen, tuple(candidates), reason, chosen.verdict or "reproducible", why)


def _tried(values: Array, *, random_state: int) -> list[Candidate]:
    """Return every candidate fitted and measured, the dear measures only where they matter."""
    distinct = len(np.unique(values, axis=0))
    candidates: list[Candidate] = []
    for n_clusters in CANDIDATES:
        if distinct < n_clusters:
            problem = f"only {distinct} customers differ from one another"
            candidates += [Candidate(n_clusters, method, problem=problem) for method in METHODS]
            continue
        start = kmeans_centres(values, n_clusters, random_state=random_state)
        of_k = [_fitted(values, start, method, random_state=random_state) for method in METHODS]
        stabilities = cluster_stability(
            values,
            {
                item.method: item.clustering.labels
                for item in of_k
                if item.clustering is not None and item.problem is None
            },
            n_clusters=n_clusters,
            random_state=random_state,
        )
        candidates += [_with_stability(item, stabilities) for item in of_k]
    return candidates


def _fitted(values: Array, start: Array, method: Method, *, random_state: int) -> Candidate:
    """Return a method's candidate, as the rule of its nearest centre groups the customers."""
    n_clusters = len(start)
    centres = centres_from(start, method, values)
    labels = nearest_labels(values, centres)
    smallest = int(np.bincount(labels, minlength=n_clusters).min())
    needed = max(MIN_CLUSTER_CUSTOMERS, math.ceil(MIN_CLUSTER_SHARE * len(labels)))
    problem = f"its smallest cluster holds {smallest} customers; {needed} needed"
    return Candidate(
        n_clusters,
        method,
        clustering=Clustering(labels, centres),
        silhouette=sampled_silhouette(values, labels, random_state=random_state),
        min_share=rounded_number(smallest / len(labels)),
        problem=problem if smallest < needed else None,
    )


def _with_stability(candidate: Candidate, stabilities: Mapping[Method, Stability]) -> Candidate:
    if candidate.method not in stabilities:
        return candidate
    found = stabilities[candidate.method]
    given_up = f" (given up after {found.resamples})" if found.resamples < RESAMPLES else ""
    unstable = (
        f"its least stable cluster keeps {found.worst_jaccard:.2f} of itself in resamples"
        f"{given_up}; {MIN_STABILITY} needed"
    )
    return replace(
        candidate,
        stability=found.worst_jaccard,
        stability_resamples=found.resamples,
        problem=unstable if found.worst_jaccard < MIN_STABILITY else None,
    )


def _with_separation(
    candidates: Sequence[Candidate], past: PastCoordinates, *, random_state: int
) -> list[Candidate]:
    """Return the candidates with how their rules, on the past night, separate the next spend."""
    centres = [item.clustering.centres for item in candidates if item.clustering is not None]
    groupings = [(nearest_labels(past.coordinates, each), len(each)) for each in centres]
    found = iter(separations(groupings, past.next_spend, random_state=random_state))
    return [
        item if item.clustering is None else replace(item, separation=next(found))
        for item in candidates
    ]


def _with_null_tests(
    values: Array, candidates: Sequence[Candidate], taken: int, *, random_state: int
) -> list[Candidate]:
    """Return the candidates with their silhouette tests, the taken one with that of stability.

    The latter only if the former is passed: the verdict is decided otherwise.
    """
    fitted = [(item.method, item.n_clusters) for item in candidates if item.clustering]
    comparison = NullComparison(values, fitted, random_state=random_state)
    silhouette_tests: dict[tuple[Method, int], SilhouetteTest] = comparison.test_silhouettes()
    tested = [
        replace(item, silhouette_test=silhouette_tests.get((item.method, item.n_clusters)))
        for item in candidates
    ]
    chosen = tested[taken]
    if chosen.silhouette_test is not None and chosen.silhouette_test.is_passed:
        test: StabilityTest = comparison.test_stability(chosen.method, chosen.n_clusters)
        tested[taken] = replace(chosen, stability_test=test)
    return tested


def _no_valid_candidate() -> str:
    return (
        "no number of clusters from 2 to 12 is valid: every one has a cluster that is "
        f"too small (under {MIN_CLUSTER_SHARE:.0%}) or unstable (under {MIN_STABILITY})"
    )
