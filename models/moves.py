"""Why a customer is in another segment than on the night before."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from models.behaviour_model import BehaviourModel
from models.features import checked_features
from models.hysteresis import NOBODY, settle_borders, standing_of, waits_ended
from models.scoring import gaps_between, squared_distances
from models.transforms import apply_scaler

Cause = Literal["own", "refit", "border"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""The customer's own features; another model; the third night just across a boundary."""


def causes_of_moves(
    segments: pd.Series,
    features: pd.DataFrame,
    *,
    before: pd.DataFrame | None,
    earlier_model: BehaviourModel | None,
) -> pd.Series:
    """Return why each customer moved who did.

    By what would have been: tonight's features under the model that scored the night before, from
    the same standing. Whoever had stayed under it moved by the `refit` alone. Of the others, who
    left because the nights of waiting were over, so near to the boundary that they would have been
    held on an earlier night, moved at the `border`; the rest by their `own` features. Only movers
    are looked at.

    Parameters
    ----------
    segments : Series (n_customers,), indexed by `customer_id`
        Tonight's `segment_id`.
    features : DataFrame (n_customers, n_features), natural units, of the same customers.
    before : where they stood, as `models.scoring.score` takes it; None on the first night.
    earlier_model : what scored the night before; the model of tonight if it is still in use.

    Returns
    -------
    Series of str, in the order of `segments`; null for who did not move, was not there before, or
    of whom the earlier model cannot tell (it is gone, lacks the segment, or features of it went).
    """
    causes = pd.Series(None, index=segments.index, dtype="str")
    if before is None or earlier_model is None:
        return causes
    stood = before["segment_id"].reindex(segments.index)
    has_moved = stood.isin(earlier_model.segment_ids) & (stood != segments)
    movers = segments.index[has_moved.to_numpy(dtype=bool)]
    names = earlier_model.scaler.names
    if movers.empty or not set(names) <= {str(name) for name in features.columns}:
        return causes
    checked = checked_features(features.loc[movers])
    coordinates = apply_scaler(earlier_model.scaler, checked).to_numpy()
    squared = squared_distances(coordinates, earlier_model.centres)
    gaps = gaps_between(earlier_model.centres)
    standing = standing_of(checked.index, earlier_model.segment_ids, before)
    assert (standing.held != NOBODY).all()
    would_be, _ = settle_borders(squared, gaps, standing)
    waited = np.where(waits_ended(squared, gaps, standing), "border", "own")
    found = np.where(would_be == standing.held, "refit", waited)
    causes.loc[checked.index] = found
    return causes


def with_causes(
    scores: pd.DataFrame,
    features: pd.DataFrame,
    *,
    before: pd.DataFrame | None,
    earlier_model: BehaviourModel | None,
) -> pd.DataFrame:
    """Return a night's scores with `cause` beside them; no scores have none."""
    if scores.empty:
        return scores
    causes = causes_of_moves(
        scores["segment_id"], features, before=before, earlier_model=earlier_model
    )
    return scores.assign(cause=causes)
