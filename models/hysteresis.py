"""Who stays in a segment though a neighbouring one has become nearer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

BORDERLINE_SHARE = 0.1
"""Of the way from a boundary to the centre behind it; nearer to the boundary is borderline."""
NIGHTS_TO_MOVE = 3
"""Nights running across the boundary after which also a borderline customer moves."""

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
NOBODY = -1
"""Position of the segment of someone who had none, or one that the model does not have."""


@dataclass(frozen=True)
class Standing:
    """Where customers stood on the night before, in row order.

    `held` are positions in the model's segments (`NOBODY` where there is none); `nights_across`
    counts the nights running, up to then, on which another segment was nearer.
    """

    held: Positions
    nights_across: Counts

    def part(self, begin: int, end: int) -> "Standing":
        """Return the standing of the customers in these rows."""
        return Standing(self.held[begin:end], self.nights_across[begin:end])


def standing_of(customers: pd.Index, segment_ids: list[str], before: pd.DataFrame) -> Standing:
    """Return where these customers stood, in terms of a model's segments.

    Parameters
    ----------
    customers : ids, in the order of the rows to score.
    segment_ids : of the model that scores, in order.
    before : DataFrame, indexed by `customer_id`
        `segment_id` and `nights_across` as published on the latest earlier night.
    """
    rows = before.reindex(customers)
    held = pd.Index(segment_ids).get_indexer(pd.Index(rows["segment_id"]))
    nights = rows["nights_across"].fillna(0).to_numpy(dtype=np.int64)
    return Standing(np.asarray(held, dtype=np.intp), nights)


def settle_borders(squared: Array, gaps: Array, standing: Standing) -> tuple[Positions, Counts]:
    """Return everybody's segment, and for how many nights running another one has been nearer.

    A customer stays in the segment held before while that segment exists and the nearest one is
    across the boundary by less than a tenth of the way to its centre, on fewer than three nights
    running. The distance from the plane half-way between the centres c of the held and c' of the
    nearest segment is (d^2 - e^2) / (2 |c - c'|) for distances d to c and e to c'.

    Parameters
    ----------
    squared : (n_customers, n_clusters), squared distances to the centres.
    gaps : (n_clusters, n_clusters), distances between the centres.
    """
    crossing = _crossing(squared, gaps, standing)
    stays = crossing.is_near & (crossing.nights < NIGHTS_TO_MOVE)
    segments = np.where(stays, crossing.held, crossing.nearest)
    return segments, np.where(stays, crossing.nights, 0)


def waits_ended(squared: Array, gaps: Array, standing: Standing) -> Mask:
    """Return who moves for the third night across alone: still so near that they would have stayed.

    Parameters as of `settle_borders`.
    """
    crossing = _crossing(squared, gaps, standing)
    return crossing.is_near & (crossing.nights >= NIGHTS_TO_MOVE)


@dataclass(frozen=True)
class _Crossing:
    """Who has crossed a boundary: held and nearest segment, whether near it, for how long."""

    held: Positions
    nearest: Positions
    is_near: Mask
    nights: Counts


def _crossing(squared: Array, gaps: Array, standing: Standing) -> _Crossing:
    rows = np.arange(len(squared))
    nearest = squared.argmin(axis=1)
    held = np.where(standing.held != NOBODY, standing.held, nearest)
    is_across = held != nearest
    gap = np.where(is_across, gaps[held, nearest], 1.0)
    beyond = (squared[rows, held] - squared[rows, nearest]) / (2 * gap)
    return _Crossing(
        held,
        nearest,
        is_across & (beyond < BORDERLINE_SHARE * gap / 2),
        np.where(is_across, standing.nights_across + 1, 0),
    )
