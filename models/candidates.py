"""The numbers of clusters that were tried, with what came of each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

PREFERRED_MIN_CLUSTERS = 3
"""On ordering behaviour two clusters are `more` and `less`, which the value tiers already say."""
CANDIDATE_TYPES = {
    "n_clusters": "int64",
    "silhouette": "float64",
    "stability": "float64",
    "min_share": "float64",
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
    """A number of clusters that was tried, with its figures and why it cannot be taken, if so.

    `silhouette` lies in [-1, 1] and `stability` (of the worst cluster) in [0, 1], higher is
    better; null where they could not be, or were not worth being, measured.
    """

    n_clusters: int
    clustering: Clustering | None
    silhouette: float | None
    stability: float | None
    min_share: float | None
    problem: str | None


@dataclass(frozen=True)
class Selection:
    """The chosen candidate, or None, with the reason, beside all that were tried."""

    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str

    def candidates_frame(self) -> pd.DataFrame:
        """Return one row per number of clusters tried."""
        rows = [
            {
                "n_clusters": candidate.n_clusters,
                "silhouette": candidate.silhouette,
                "stability": candidate.stability,
                "min_share": candidate.min_share,
                "is_valid": candidate.problem is None,
                "is_chosen": candidate is self.chosen,
                "reason": candidate.problem or self._verdict_on(candidate),
            }
            for candidate in self.candidates
        ]
        return pd.DataFrame(rows, columns=list(CANDIDATE_TYPES)).astype(CANDIDATE_TYPES)

    def _verdict_on(self, candidate: Candidate) -> str:
        if candidate is self.chosen:
            return self.reason
        if candidate.n_clusters < PREFERRED_MIN_CLUSTERS:
            return "valid, but two clusters are only taken if nothing else is valid"
        return "valid, but not the best by the criterion"
