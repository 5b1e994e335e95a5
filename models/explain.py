"""The reasons for a customer's segment, as sentences with the customer's own values."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.feature_words import words_for
from models.rounding import rounded
from models.transforms import Scaler, apply_scaler
from models.vocabulary import Language

REASONS = 3
"""Sentences per customer."""

Array = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


def reasons_for(
    features: pd.DataFrame,
    coordinates: Array,
    *,
    scaler: Scaler,
    centres: Array,
    own: Positions,
    following: Positions,
    language: Language,
) -> pd.DataFrame:
    """Return `reason_1` to `reason_3`, the strongest first, null where nothing is left to say.

    A feature counts by the product of two things: how much it alone makes the customer nearer to
    the own centre c than to the next one d, (x - d)^2 - (x - c)^2, the terms that sum to the
    decision; and how far the value lies from the typical one, without which a sentence would
    compare like with like. Features that speak against the segment come after, by the latter
    alone. Unknown values are no reason. "Typical" is the training median, stored with the model:
    a customer's reasons do not change because others did.

    Parameters
    ----------
    features : (n_customers, n_features), natural units, NaN where unknown.
    coordinates : the same customers in scaled units, features in the scaler's order.
    own, following : positions of the own and the next segment in `centres`.
    language : that the sentences are in.
    """
    to_own = (coordinates - centres[own]) ** 2
    gain = (coordinates - centres[following]) ** 2 - to_own
    distance = np.abs(coordinates - _typical_coordinates(scaler))
    weight = rounded(np.where(gain > 0, gain * distance, -1.0 / (1.0 + distance)))
    known = features[scaler.names].notna().to_numpy()
    weight = np.where(known, weight, -np.inf)
    count = min(REASONS, len(scaler.names))
    order = np.argsort(-weight, axis=1, kind="stable")[:, :count]
    columns: dict[str, npt.NDArray[np.object_]] = {}
    for rank in range(REASONS):
        sentences = np.full(len(features), None, dtype=object)
        if rank < count:
            for position, name in enumerate(scaler.names):
                rows = (order[:, rank] == position) & known[:, position]
                typical = scaler.features[position].fill
                # Many customers share a value: each is put into words once.
                values, place = np.unique(features[name].to_numpy()[rows], return_inverse=True)
                said = _sentences(name, values.tolist(), typical, language)
                sentences[rows] = np.array(said, dtype=object)[place]
        columns[f"reason_{rank + 1}"] = sentences
    return pd.DataFrame(columns, index=features.index, dtype="str")


def _typical_coordinates(scaler: Scaler) -> Array:
    """Return the training medians in scaled units."""
    medians = {feature.name: [feature.fill] for feature in scaler.features}
    return apply_scaler(scaler, pd.DataFrame(medians, dtype="float64")).to_numpy()


def _sentences(
    feature: str, values: Sequence[float], typical: float, language: Language
) -> list[str]:
    words = words_for(feature, language)
    beside = words.amount(typical)
    sentences = (words.sentence(value, beside) for value in values)
    return [sentence[:1].upper() + sentence[1:] for sentence in sentences]
