"""Tonight's drift of the behaviour features, as one model sees it."""

from dataclasses import dataclass

import pandas as pd

from models.behaviour_model import BehaviourModel
from models.drift import FarShare, measure_drift, measure_far_share
from models.features import checked_features
from models.scoring import nearest_with_distances


@dataclass(frozen=True)
class Drift:
    """How far tonight's customers are from those that `model_id` was trained on.

    `features` is the frame of `models.drift.measure_drift`.
    """

    model_id: str
    features: pd.DataFrame
    far: FarShare

    @property
    def max_psi(self) -> float | None:
        return float(self.features["psi"].max()) if len(self.features) else None

    @property
    def drifted_features(self) -> set[str]:
        return set(self.features.loc[self.features["is_drifted"], "feature"])


def drift_of(model: BehaviourModel | None, features: pd.DataFrame) -> Drift | None:
    """Return the drift since a model was trained, or None if it cannot be told.

    That is so without a model, for one from before drift was measured, and if features have gone.
    """
    if model is None or model.reference is None:
        return None
    if not set(model.scaler.names) <= {str(name) for name in features.columns}:
        return None
    far = measure_far_share(model.reference, nearest_with_distances(model, features)[1])
    return Drift(model.model_id, measure_drift(model.reference, checked_features(features)), far)
