"""The segment of every customer under a fixed model, with margin and reasons."""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.behaviour_model import BehaviourModel
from models.explain import reasons_for
from models.features import checked_features
from models.hysteresis import BORDERLINE_SHARE, Standing, settle_borders, standing_of
from models.rechaining import border_states
from models.rounding import rounded
from models.side_by_side import side_by_side
from models.transforms import apply_scaler
from models.vocabulary import Language

PART_ROWS = 100_000
"""Customers scored at a time; some 100 MB of intermediate figures."""

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
SCORE_COLUMNS = [
    "segment_id",
    "score",
    "margin",
    "is_borderline",
    "next_segment_id",
    "reason_1",
    "reason_2",
    "reason_3",
    "nearest_segment_id",
    "nights_across",
    "border_states",
]


def score(
    model: BehaviourModel,
    features: pd.DataFrame,
    *,
    before: pd.DataFrame | None = None,
    language: Language = "en",
) -> pd.DataFrame:
    """Assign every customer to the nearest centre, or leave border customers where they were.

    A row depends on that customer's features, the model, and where the customer stood before, so
    nobody's segment changes because others did.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        Natural units, indexed by `customer_id`, with at least the model's columns.
    before : DataFrame, indexed by `customer_id`
        `segment_id` and `nights_across` of the latest earlier night; without it nobody is held.
    language : of the reasons.

    Returns
    -------
    DataFrame (n_customers, 11), indexed and sorted by `customer_id`
        `segment_id`; `score`, the distance to its centre in scaled units (lower is more typical);
        `margin`, the distance in the same units to the nearest boundary, that is, to the plane
        half-way between two centres: (e^2 - d^2) / (2 |c - c'|) for distances d to the own and e
        to the other centre; `next_segment_id`, the segment behind that boundary; `is_borderline`,
        whether the margin is under a tenth of the centre's own distance to the boundary;
        `reason_1` to `reason_3`; `nearest_segment_id`, which is another than `segment_id` for who
        is held across a boundary (`hysteresis`): the margin is then below 0, how far across, and
        the next segment the nearest; `nights_across`, for how many nights running that is so;
        `border_states`, of who is near a boundary, what would be said on the other side.

    Raises
    ------
    ValueError
        If a column of the model is missing, or values are infinite, enormous or not numeric.
    """
    checked = checked_features(features)
    # In parts, so that what is worked out on the way takes the same memory for any number.
    nowhere = pd.DataFrame({"segment_id": [], "nights_across": []})
    standing = standing_of(checked.index, model.segment_ids, nowhere if before is None else before)
    parts = [
        partial(
            _score_part,
            model,
            checked.iloc[begin : begin + PART_ROWS],
            standing.part(begin, begin + PART_ROWS),
            language,
        )
        for begin in range(0, max(len(checked), 1), PART_ROWS)
    ]
    return pd.concat(side_by_side(parts))


def nearest_segments(model: BehaviourModel, features: pd.DataFrame) -> Positions:
    """Return only the position in the model's segments, customers sorted by `customer_id`.

    What `score` says of them, without the margins and reasons that cost most of its time.
    """
    return nearest_with_distances(model, features)[0]


def nearest_with_distances(
    model: BehaviourModel, features: pd.DataFrame
) -> tuple[Positions, Array]:
    """Return the nearest segments' positions, and the distances to their centres."""
    coordinates = apply_scaler(model.scaler, checked_features(features)).to_numpy()
    squared = squared_distances(coordinates, model.centres)
    return squared.argmin(axis=1), rounded(np.sqrt(squared.min(axis=1)))


def _score_part(
    model: BehaviourModel, checked: pd.DataFrame, standing: Standing, language: Language
) -> pd.DataFrame:
    coordinates = apply_scaler(model.scaler, checked).to_numpy()
    centres = model.centres
    squared = squared_distances(coordinates, centres)
    rows = np.arange(len(checked))
    gaps = gaps_between(centres)
    nearest = squared.argmin(axis=1)
    own, nights_across = settle_borders(squared, gaps, standing)
    margins = (squared - squared[rows, own][:, None]) / (2 * gaps[own])
    margins[rows, own] = np.inf
    margins = rounded(margins)
    # Of who is held, the segment that is nearest: another boundary may be crossed further.
    following = np.where(own == nearest, margins.argmin(axis=1), nearest)
    margin = margins[rows, following]
    ids = np.array(model.segment_ids, dtype=object)
    scored = pd.DataFrame(
        {
            "segment_id": pd.Series(ids[own], index=checked.index, dtype="str"),
            "score": rounded(np.sqrt(squared[rows, own])),
            "margin": margin,
            "is_borderline": margin < BORDERLINE_SHARE * gaps[own, following] / 2,
            "next_segment_id": pd.Series(ids[following], index=checked.index, dtype="str"),
            "nearest_segment_id": pd.Series(ids[nearest], index=checked.index, dtype="str"),
            "nights_across": nights_across,
            "border_states": border_states(squared, gaps, model.segment_ids).set_axis(
                checked.index
            ),
        },
        index=checked.index,
    )
    reasons = reasons_for(
        checked,
        coordinates,
        scaler=model.scaler,
        centres=centres,
        own=own,
        following=following,
        language=language,
    )
    return scored.join(reasons)[SCORE_COLUMNS]


def gaps_between(centres: Array) -> Array:
    """Return the distances between centres, (n_clusters, n_clusters), infinite to themselves."""
    gaps: Array = np.sqrt(squared_distances(centres, centres))
    np.fill_diagonal(gaps, np.inf)
    return gaps


def squared_distances(coordinates: Array, centres: Array) -> Array:
    """Return squared distances, (n_customers, n_clusters), rounded to nine decimals.

    Without matrix products, whose last digits depend on threads; rounded, so that a customer half
    way between two centres goes to the smaller id everywhere.
    """
    columns = [((coordinates - centre) ** 2).sum(axis=1) for centre in centres]
    return rounded(np.stack(columns, axis=1))
