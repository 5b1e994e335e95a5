"""The clusterings that were tried, with what came of each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.fitting import Method
from models.separation import Separation
from models.verdict import SilhouetteTest, StabilityTest, Verdict

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

CANDIDATE_TYPES = {
    "n_clusters": "int64",
    "method": "str",
    "silhouette": "float64",
    "null_silhouette_95": "float64",
    "p_value": "float64",
    "stability": "float64",
    "stability_resamples": "Int64",
    "null_stability_95": "float64",
    "min_share": "float64",
    "separation": "float64",
    "separation_low": "float64",
    "separation_high": "float64",
    "verdict": "str",
    "is_valid": "bool",
    "is_chosen": "bool",
    "reason": "str",
}
"""Columns of the candidates frame."""


@dataclass(frozen=True)
class Clustering:
    """One grouping into k clusters, `labels` in row order, `centres` in scaled units."""

    labels: Labels
    centres: Array


@dataclass(frozen=True)
class Candidate:
    """A way to cut the customers that was tried, with its figures and why it cannot be taken.

    `silhouette` lies in [-1, 1], `stability` (of the worst cluster) in [0, 1] and `separation` (of
    the next 90 days' spend) at most at 1; higher is better. All are of the rule that would be
    published, the nearest centre, whatever the method. Null where they could not be, or were not
    worth being, measured; `problem` is null for a valid candidate.
    """

    n_clusters: int
    method: Method
    clustering: Clustering | None = None
    silhouette: float | None = None
    silhouette_test: SilhouetteTest | None = None
    stability: float | None = None
    stability_resamples: int | None = None
    stability_test: StabilityTest | None = None
    min_share: float | None = None
    separation: Separation | None = None
    problem: str | None = None

    @property
    def verdict(self) -> Verdict | None:
        """What can be claimed of it; null where the stability of the nulls was not measured."""
        if self.problem is not None:
            return "none"
        if self.silhouette_test is None:
            return None
        if not self.silhouette_test.is_passed:
            return "reproducible"
        if self.stability_test is None:
            return None
        return "natural" if self.stability_test.is_passed else "reproducible"


@dataclass(frozen=True)
class Selection:
    """The chosen candidate, or None, with the reason, beside all that were tried.

    `reason` says why this candidate; `verdict` what it is, and `verdict_reason` by which figures.
    """

    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str
    verdict: Verdict = "none"
    verdict_reason: str = "no clustering was accepted"

    def candidates_frame(self) -> pd.DataFrame:
        """Return one row per number of clusters and method tried."""
        rows = [self._row(candidate) for candidate in self.candidates]
        return pd.DataFrame(rows, columns=list(CANDIDATE_TYPES)).astype(CANDIDATE_TYPES)

    def _row(self, candidate: Candidate) -> dict[str, object]:
        silhouette_test, stability_test = candidate.silhouette_test, candidate.stability_test
        separation = candidate.separation
        return {
            "n_clusters": candidate.n_clusters,
            "method": candidate.method,
            "silhouette": candidate.silhouette,
            "null_silhouette_95": silhouette_test.limit if silhouette_test else None,
            "p_value": silhouette_test.p_value if silhouette_test else None,
            "stability": candidate.stability,
            "stability_resamples": candidate.stability_resamples,
            "null_stability_95": stability_test.limit if stability_test else None,
            "min_share": candidate.min_share,
            "separation": separation.value if separation else None,
            "separation_low": separation.low if separation else None,
            "separation_high": separation.high if separation else None,
            "verdict": candidate.verdict,
            "is_valid": candidate.problem is None,
            "is_chosen": candidate is self.chosen,
            "reason": candidate.problem or self._reason_for(candidate),
        }

    def _reason_for(self, candidate: Candidate) -> str:
        if candidate is self.chosen:
            return f"{self.reason}; {self.verdict_reason}"
        return "valid, but not the best by the criterion"
