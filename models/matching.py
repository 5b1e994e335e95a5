"""The ids of segments: kept from model to model while the group stays the same, never reused."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from models.rounding import rounded_number
from models.stability import adjusted_rand, jaccard_overlaps, overlap_counts

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

MATCH_OVERLAP = 0.5
"""Jaccard in [0, 1]; a cluster that keeps less of itself is dissolved (Hennig 2007)."""
MIN_SUCCESSION = 0.5
"""Share of a segment's customers that come from, or go to, one other to speak of descent."""
KEPT, SPLIT, MERGED, BORN, RETIRED = "kept", "split", "merged", "born", "retired"
_ID = re.compile(r"^behaviour\.b(\d+)$")


@dataclass(frozen=True)
class Descent:
    """What became of one segment at a refit.

    `is_current` says whether the new model has it. `event` is `kept`; for a new id `split` (most
    of its customers came from `other_segment_id`), `merged` (at least half of two old segments or
    more went into it; the largest is named) or `born`; for an id that ended `merged` (most of its
    customers went into `other_segment_id`), `split` (most are in two or more that descend from
    it; the largest is named) or `retired`. `overlap` is the Jaccard index with the segment of the
    same id or the other one, in [0, 1].
    """

    segment_id: str
    event: str
    is_current: bool
    other_segment_id: str | None
    overlap: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON holds without loss."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Descent":
        """Return the descent that `to_dict` wrote."""
        return cls(**content)


@dataclass(frozen=True)
class Match:
    """Which id each new cluster carries, in the order of the clusters.

    `kept` says whether the id is the previous model's; `successor_of` names, for a new id, the
    old segment from which most of its customers come; `agreement` is the Adjusted Rand index
    of both groupings (null without a previous model); `descents` tell of every id of either
    model, sorted.
    """

    segment_ids: tuple[str, ...]
    kept: tuple[bool, ...]
    successor_of: tuple[str | None, ...]
    agreement: float | None
    descents: tuple[Descent, ...]


def match_to_previous(
    labels: Labels,
    previous_labels: Labels,
    *,
    distances: Array,
    is_familiar: npt.NDArray[np.bool_],
    previous_ids: Sequence[str],
    ids_ever: Iterable[str],
) -> Match:
    """Give new clusters the ids of the old segments that they continue.

    Both models group the *same* customers on the same day. A pair whose customers overlap by less
    than a Jaccard of 0.5 is no match, however near the centres: overlap is what a reader means by
    the same segment, and it stays blind to shifts of the whole population. Among the other pairs
    the Hungarian method keeps as many ids as it can, with the least distance in total between old
    and new centres in the previous model's scaled space, which is fixed. Customers far from every
    old centre take no part: newcomers would count as the customers of whichever segment is
    least far, cost it its id and give their own group a predecessor it never had.

    Parameters
    ----------
    labels : (n_customers,), new clusters, 0 to n_clusters - 1.
    previous_labels : (n_customers,), positions in `previous_ids`, of the same customers.
    distances : (n_clusters, n_previous), between centres, in the previous model's scaled units.
    is_familiar : (n_customers,), whether the old model's centres are not all far away.
    ids_ever : every id that was ever given, retired ones included.
    """
    shape = (len(distances), len(previous_ids))
    counts = overlap_counts(labels[is_familiar], previous_labels[is_familiar], shape)
    sizes = np.bincount(labels, minlength=shape[0])
    overlaps = jaccard_overlaps(counts)
    partner = _partners(overlaps, distances)
    fresh = iter(new_ids({*ids_ever, *previous_ids}, shape[0] - len(partner)))
    segment_ids: list[str] = []
    successor_of: list[str | None] = []
    for cluster in range(shape[0]):
        if cluster in partner:
            segment_ids.append(previous_ids[partner[cluster]])
            successor_of.append(None)
        else:
            segment_ids.append(next(fresh))
            origin = int(counts[cluster].argmax())
            from_origin = counts[cluster, origin] >= MIN_SUCCESSION * max(sizes[cluster], 1)
            successor_of.append(previous_ids[origin] if from_origin else None)
    everybody = overlap_counts(labels, previous_labels, shape)
    return Match(
        tuple(segment_ids),
        tuple(cluster in partner for cluster in range(shape[0])),
        tuple(successor_of),
        rounded_number(adjusted_rand(everybody)),
        _descents(segment_ids, previous_ids, successor_of, counts, sizes),
    )


def match_to_nothing(n_clusters: int, *, ids_ever: Iterable[str]) -> Match:
    """Give every cluster a new id: there is no previous model to match."""
    ids = new_ids(ids_ever, n_clusters)
    descents = tuple(
        _descent(segment_id, BORN, None, None, is_current=True) for segment_id in sorted(ids)
    )
    return Match(tuple(ids), (False,) * n_clusters, (None,) * n_clusters, None, descents)


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


def _partners(overlaps: Array, distances: Array) -> dict[int, int]:
    """Return the old segment that each new cluster continues, where there is one."""
    allowed = overlaps >= MATCH_OVERLAP
    # One pair more outweighs all distances: an id is given up only where it cannot be kept.
    forbidden = 1.0 + float(distances.max(initial=0.0)) * (min(distances.shape) + 1)
    rows, columns = linear_sum_assignment(np.where(allowed, distances, forbidden))
    return {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if allowed[row, column]
    }


def _descents(
    segment_ids: Sequence[str],
    previous_ids: Sequence[str],
    successor_of: Sequence[str | None],
    counts: Labels,
    sizes: Labels,
) -> tuple[Descent, ...]:
    """Tell how every new id came about, and how every old one ended."""
    overlaps = jaccard_overlaps(counts)
    went = counts / np.maximum(counts.sum(axis=0), 1)
    found: list[Descent] = []
    for cluster, segment_id in enumerate(segment_ids):
        if segment_id in previous_ids:
            same = previous_ids.index(segment_id)
            event, other, overlap = KEPT, None, overlaps[cluster, same]
        else:
            sources = np.flatnonzero((went[cluster] >= MIN_SUCCESSION) & (counts[cluster] > 0))
            is_merger = len(sources) > 1 and (
                counts[cluster, sources].sum() >= MIN_SUCCESSION * sizes[cluster]
            )
            origin = int(counts[cluster].argmax())
            if is_merger:
                event, other, overlap = MERGED, previous_ids[origin], overlaps[cluster, origin]
            elif successor_of[cluster] is not None:
                event, other, overlap = SPLIT, previous_ids[origin], overlaps[cluster, origin]
            else:
                event, other, overlap = BORN, None, None
        found.append(_descent(segment_id, event, other, overlap, is_current=True))
    for position, old_id in enumerate(previous_ids):
        if old_id in segment_ids:
            continue
        heirs = [place for place, origin in enumerate(successor_of) if origin == old_id]
        target = int(went[:, position].argmax())
        if len(heirs) > 1 and went[heirs, position].sum() >= MIN_SUCCESSION:
            heir = max(heirs, key=lambda place: (counts[place, position], -place))
            event, other, overlap = SPLIT, segment_ids[heir], overlaps[heir, position]
        elif went[target, position] >= MIN_SUCCESSION and target not in heirs:
            event, other, overlap = MERGED, segment_ids[target], overlaps[target, position]
        else:
            heir_id = segment_ids[heirs[0]] if len(heirs) == 1 else None
            event, other, overlap = RETIRED, heir_id, None
        found.append(_descent(old_id, event, other, overlap, is_current=False))
    return tuple(sorted(found, key=lambda descent: descent.segment_id))


def _descent(
    segment_id: str, event: str, other: str | None, overlap: float | None, *, is_current: bool
) -> Descent:
    share = None if overlap is None else rounded_number(overlap)
    return Descent(segment_id, event, is_current, other, share)
