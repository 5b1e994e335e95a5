"""The ids of segments: kept from model to model while the group stays the same, never reused."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from models.rounding import rounded_number
from models.stability import adjusted_rand, jaccard_overlaps, overlap_counts

Labels = npt.NDArray[np.int64]

MATCH_OVERLAP = 0.5
"""Jaccard in [0, 1]; a cluster that keeps less of itself is dissolved (Hennig 2007)."""
MIN_SUCCESSION = 0.5
"""Share of a new segment's customers that must come from one old segment to call it successor."""
_ID = re.compile(r"^behaviour\.b(\d+)$")


@dataclass(frozen=True)
class Match:
    """Which id each new cluster carries, in the order of the clusters.

    `kept` says whether the id is the previous model's; `successor_of` names, for a new id, the
    old segment from which most of its customers come; `agreement` is the Adjusted Rand index
    of both groupings (null without a previous model).
    """

    segment_ids: tuple[str, ...]
    kept: tuple[bool, ...]
    successor_of: tuple[str | None, ...]
    agreement: float | None


def match_to_previous(
    labels: Labels,
    previous_labels: Labels,
    *,
    n_clusters: int,
    previous_ids: Sequence[str],
    ids_ever: Iterable[str],
) -> Match:
    """Give new clusters the ids of the old segments whose customers they hold.

    Both models group the *same* customers on the same day, and pairs are chosen to hold the
    greatest overlap in total (Hungarian method on Jaccard). Overlap is the sounder measure than
    the distance of centres: it is what a reader of segments means by the same segment, it needs
    no common space when features come or go, and it stays blind to shifts of the whole
    population. A pair below 0.5 is no match; its cluster gets a number never used before.

    Parameters
    ----------
    labels : (n_customers,), new clusters, 0 to n_clusters - 1.
    previous_labels : (n_customers,), positions in `previous_ids`, of the same customers.
    ids_ever : every id that was ever given, retired ones included.
    """
    shape = (n_clusters, len(previous_ids))
    counts = overlap_counts(labels, previous_labels, shape)
    overlaps = jaccard_overlaps(counts)
    rows, columns = linear_sum_assignment(-overlaps)
    partner = {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if overlaps[row, column] >= MATCH_OVERLAP
    }
    fresh = iter(new_ids({*ids_ever, *previous_ids}, n_clusters - len(partner)))
    segment_ids: list[str] = []
    successor_of: list[str | None] = []
    for cluster in range(n_clusters):
        if cluster in partner:
            segment_ids.append(previous_ids[partner[cluster]])
            successor_of.append(None)
        else:
            segment_ids.append(next(fresh))
            origin = int(counts[cluster].argmax())
            from_origin = counts[cluster, origin] >= MIN_SUCCESSION * counts[cluster].sum()
            successor_of.append(previous_ids[origin] if from_origin else None)
    return Match(
        tuple(segment_ids),
        tuple(cluster in partner for cluster in range(n_clusters)),
        tuple(successor_of),
        rounded_number(adjusted_rand(counts)),
    )


def match_to_nothing(n_clusters: int, *, ids_ever: Iterable[str]) -> Match:
    """Give every cluster a new id: there is no previous model to match."""
    ids = new_ids(ids_ever, n_clusters)
    return Match(tuple(ids), (False,) * n_clusters, (None,) * n_clusters, None)


def new_ids(ids_ever: Iterable[str], count: int) -> list[str]:
    """Return ids numbered on from the highest ever given.

    Raises
    ------
    ValueError
        If an id is not of the form `behaviour.b07`: numbering on could then repeat one.
    """
    highest = 0
    for segment_id in ids_ever:
        found = _ID.match(segment_id)
        if not found:
            raise ValueError(f"`{segment_id}` is no behaviour segment id such as `behaviour.b07`.")
        highest = max(highest, int(found.group(1)))
    return [f"behaviour.b{highest + step:02d}" for step in range(1, count + 1)]
