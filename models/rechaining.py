"""Later nights told anew from what was stored of them, after a night was run before them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.hysteresis import BORDERLINE_SHARE, NIGHTS_TO_MOVE
from models.rounding import rounded

Array = npt.NDArray[np.float64]
CHAINED = [
    "segment_id",
    "score",
    "margin",
    "is_borderline",
    "next_segment_id",
    "nights_across",
    "cause",
]
"""Of a scored row, what depends on where the customer stood before."""


@dataclass(frozen=True)
class _State:
    """What is said of a customer in one of the segments in question."""

    segment_id: str
    score: float
    margin: float
    is_borderline: bool
    next_segment_id: str

    @classmethod
    def read(cls, text: str) -> "_State":
        segment_id, score, margin, is_borderline, next_segment_id = text.split(" ")
        return cls(segment_id, float(score), float(margin), is_borderline == "1", next_segment_id)


def border_states(squared: Array, gaps: Array, segment_ids: list[str]) -> pd.Series:
    """Return, of who may be held near a boundary, what would be said in each segment in question.

    The nearest segment first, then those behind boundaries that the customer is so near to as to
    be held there, separated by `;`; null for everybody else, who is in the nearest segment
    whatever came before. From it a later night is told anew without its features.

    Parameters
    ----------
    squared : (n_customers, n_clusters), squared distances to the centres.
    gaps : (n_clusters, n_clusters), distances between the centres, infinite to themselves.
    """
    rows = np.arange(len(squared))
    nearest = squared.argmin(axis=1)
    gap = gaps[nearest]
    beyond = (squared - squared[rows, nearest][:, None]) / (2 * gap)
    is_near = beyond < BORDERLINE_SHARE * gap / 2
    is_near[rows, nearest] = False
    beyond[rows, nearest] = np.inf
    margins = rounded(beyond)
    following = margins.argmin(axis=1)
    is_borderline = margins[rows, following] < BORDERLINE_SHARE * gap[rows, following] / 2
    near = np.flatnonzero(is_near.any(axis=1))
    told = []
    # As lists: numpy takes longer over the few figures of a row than over those of all.
    for own, behind, is_close, scores, distances, in_question in zip(
        nearest[near].tolist(),
        following[near].tolist(),
        is_borderline[near].tolist(),
        rounded(np.sqrt(squared[near])).tolist(),
        margins[near].tolist(),
        is_near[near].tolist(),
        strict=True,
    ):
        here, there = segment_ids[own], segment_ids[behind]
        states = [f"{here} {scores[own]!r} {distances[behind]!r} {int(is_close)} {there}"]
        states += [
            f"{segment_ids[held]} {scores[held]!r} {-distances[held]!r} 1 {here}"
            for held, is_asked in enumerate(in_question)
            if is_asked
        ]
        told.append(";".join(states))
    texts = np.full(len(squared), None, dtype=object)
    texts[near] = told
    return pd.Series(texts, dtype="str")


def settled_again(rows: pd.DataFrame, stood: pd.DataFrame, *, has_same_model: bool) -> pd.DataFrame:
    """Return a night's rows as they are if the customers stood elsewhere on the night before.

    Parameters
    ----------
    rows : DataFrame, indexed by `customer_id`
        Stored scores of that night: `CHAINED` and `border_states`.
    stood : DataFrame, indexed by `customer_id`
        `segment_id`, `nights_across` and `was_in`, the segment that the rows were reckoned from so
        far; null where there was none.
    has_same_model : whether the night before was scored by the same model.

    Returns
    -------
    DataFrame like `rows`, with `CHAINED` as `models.scoring.score` and `models.moves` would have
    told them. The `cause` of a move between two models stays if its beginning is the same; else
    it is null, since the features that would tell it are gone.
    """
    told = [
        _told(row, stood.loc[row["customer_id"]], has_same_model=has_same_model)
        for row in rows.reset_index(names="customer_id").to_dict("records")
    ]
    frame = pd.DataFrame(told, columns=CHAINED, index=rows.index)
    return frame.assign(border_states=rows["border_states"])


def _told(row: dict[Any, Any], before: pd.Series, *, has_same_model: bool) -> dict[str, Any]:
    """Return the chained columns of one row."""
    held = None if pd.isna(before["segment_id"]) else str(before["segment_id"])
    states = [] if pd.isna(row["border_states"]) else row["border_states"].split(";")
    known = [_State.read(text) for text in states]
    here = next((state for state in known[1:] if state.segment_id == held), None)
    nights = 0 if held is None else int(before["nights_across"]) + 1
    is_held = here is not None and nights < NIGHTS_TO_MOVE
    state = here if is_held else (known[0] if known else None)
    told = {name: row[name] for name in CHAINED}
    if state is not None:
        told |= {
            "segment_id": state.segment_id,
            "score": state.score,
            "margin": state.margin,
            "is_borderline": state.is_borderline,
            "next_segment_id": state.next_segment_id,
            "nights_across": nights if is_held else 0,
        }
    if held is None or held == told["segment_id"]:
        told["cause"] = None
    elif has_same_model:
        told["cause"] = "own" if here is None else "border"
    elif held != before["was_in"] or told["segment_id"] != row["segment_id"]:
        told["cause"] = None
    return told
