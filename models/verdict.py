"""Whether clusters stand apart more than homogeneous customers would by chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.fitting import Method, centres_from, kmeans_centres, nearest_labels
from models.nulls import fit_null
from models.rounding import rounded_number
from models.silhouettes import silhouettes
from models.stability import cluster_stability

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Grouped = dict[tuple[Method, int], Labels]
Verdict = Literal["natural", "reproducible", "none"]

NULLS = 20
"""Null data sets; 19 are the fewest of which one test at 5 % can be made."""
LEVEL = 0.05
"""Share of homogeneous data sets for which `natural` may be claimed."""
NULL_ROWS = 2000
"""Customers in each of them, and of the data beside them, at most; as far as power needs."""
NULL_STARTS = 3
"""k-means++ starts, of data and nulls alike: both must have had the same chance."""
CEILING = 0.995
"""Worst mean Jaccard from which stability can hardly be beaten: nothing is kept better."""


@dataclass(frozen=True)
class SilhouetteTest:
    """A candidate's silhouette, measured as the nulls' is, beside their 95 % quantile.

    The quantile, `limit`, and `p_value` are adjusted for all candidates looked at.
    """

    silhouette: float
    limit: float
    p_value: float

    @property
    def is_passed(self) -> bool:
        return self.p_value <= LEVEL


@dataclass(frozen=True)
class StabilityTest:
    """A candidate's worst mean Jaccard, measured as the nulls' is, beside their 95 % quantile."""

    stability: float
    limit: float

    @property
    def is_passed(self) -> bool:
        return self.stability > self.limit or self.stability >= CEILING


def verdict_reason(by_silhouette: SilhouetteTest, by_stability: StabilityTest | None) -> str:
    """Return the figures behind the verdict on a valid clustering as a sentence.

    The stability is not tested, and null, where the silhouette has decided already.
    """
    nulls = f"the 95 % quantile of {NULLS} data sets without clusters"
    silhouette = f"silhouette {by_silhouette.silhouette:.3f}"
    if not by_silhouette.is_passed:
        return (
            f"a stable cut of a continuum: {silhouette} is not above {by_silhouette.limit:.3f}, "
            f"{nulls}"
        )
    assert by_stability is not None
    stability = f"stability {by_stability.stability:.3f}"
    if not by_stability.is_passed:
        return (
            f"a stable cut of a continuum: {stability} is not above {by_stability.limit:.3f}, "
            f"{nulls}"
        )
    return (
        f"natural clusters: {silhouette} against {by_silhouette.limit:.3f} and {stability} against "
        f"{by_stability.limit:.3f}, {nulls}"
    )


class NullComparison:
    """The customers, or 2,000 of them, beside as many drawn from a null model, over and over.

    Data and nulls pass through the same steps with the same numbers of rows, starts and
    resamples, so under the null model their figures are exchangeable and a rank among them is a
    p-value (Davison & Hinkley 1997, section 4.2): (1 + nulls at or above) / (1 + nulls). With 20
    nulls the 95 % quantile is therefore their maximum.
    """

    def __init__(
        self, values: Array, tried: Sequence[tuple[Method, int]], *, random_state: int
    ) -> None:
        random = np.random.default_rng(random_state)
        if len(values) > NULL_ROWS:
            rows = np.sort(random.choice(len(values), NULL_ROWS, replace=False))
            values = values[rows]
        null = fit_null(values)
        self._random_state = random_state
        self._sets = [values, *(null.draw(len(values), random) for _ in range(NULLS))]
        self._tried = list(tried)
        self._groups = [self._grouped(each) for each in self._sets]

    def test_silhouettes(self) -> dict[tuple[Method, int], SilhouetteTest]:
        """Return the silhouette test of every candidate, adjusted for having looked at all.

        Silhouettes of each candidate are standardised over data and nulls, and a candidate is
        compared with each null's *greatest* standardised value over all candidates (the
        single-step maximum test of Westfall & Young 1993). So in at most 5 % of
        homogeneous data sets any candidate passes, whichever is chosen afterwards, and by
        whatever criterion.
        """
        found = np.array(
            [
                silhouettes(values, [groups[each] for each in self._tried])
                for values, groups in zip(self._sets, self._groups, strict=True)
            ]
        )
        means, deviations = found.mean(axis=0), found.std(axis=0)
        standardised = np.where(
            deviations > 0, (found - means) / np.where(deviations > 0, deviations, 1.0), 0.0
        )
        greatest = standardised[1:].max(axis=1)
        limits = means + deviations * _quantile_95(greatest)
        return {
            each: SilhouetteTest(
                silhouette=found[0, place],
                limit=rounded_number(limits[place]),
                p_value=rounded_number(
                    (1 + (greatest >= standardised[0, place]).sum()) / (1 + NULLS)
                ),
            )
            for place, each in enumerate(self._tried)
        }

    def test_stability(self, method: Method, n_clusters: int) -> StabilityTest:
        """Return the stability test of one candidate.

        Not adjusted: `natural` needs both tests, and the silhouettes' alone keeps its level. At
        the ceiling a tie counts for the data: of two well separated groups nulls may also keep
        all, and no data could keep more. A null is resampled until it is sure to stay below the
        data, which most are after a few of the 50.
        """
        found: list[float] = []
        for values, groups in zip(self._sets, self._groups, strict=True):
            labels = groups[method, n_clusters]
            if len(np.unique(labels)) < n_clusters:
                found.append(0.0)
                continue
            stability = cluster_stability(
                values,
                {method: labels},
                n_clusters=n_clusters,
                random_state=self._random_state,
                wanted=found[0] if found else 0.0,
            )
            found.append(stability[method].worst_jaccard)
        return StabilityTest(found[0], _quantile_95(np.array(found[1:])))

    def _grouped(self, values: Array) -> Grouped:
        starts = {
            n_clusters: kmeans_centres(
                values, n_clusters, random_state=self._random_state, starts=NULL_STARTS
            )
            for n_clusters in sorted({n_clusters for _, n_clusters in self._tried})
        }
        return {
            (method, n_clusters): nearest_labels(
                values, centres_from(starts[n_clusters], method, values)
            )
            for method, n_clusters in self._tried
        }


def _quantile_95(of_nulls: Array) -> float:
    """Return the figure above which the p-value is at most 0.05."""
    allowed_above = math.floor(LEVEL * (1 + len(of_nulls)) + 1e-9) - 1
    return rounded_number(np.sort(of_nulls)[-1 - allowed_above])
