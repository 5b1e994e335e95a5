"""A past night in tonight's scaled units, with what its customers spent next."""

from dataclasses import dataclass

import pandas as pd

from models.features import checked_features
from models.separation import MIN_PAST_CUSTOMERS, PastCoordinates, PastNight
from models.training_sample import training_sample
from models.transforms import Scaler, apply_scaler


@dataclass(frozen=True)
class PastSample:
    """The customers of a past night: natural units, and scaled ones with next spend, by row."""

    features: pd.DataFrame
    coordinates: PastCoordinates


def past_sample(past: PastNight | None, scaler: Scaler, *, random_state: int) -> PastSample | None:
    """Return a past night in tonight's scaled units; None where it is too little to judge by.

    A feature that was not there then is unknown for all, and its fill says nothing about anyone.
    """
    if past is None or len(past.features) < MIN_PAST_CUSTOMERS:
        return None
    checked = checked_features(past.features)
    columns = list(dict.fromkeys([*checked.columns, *scaler.names]))
    sample = training_sample(checked.reindex(columns=columns), random_state=random_state)
    spent = past.next_spend.set_axis(past.next_spend.index.astype(str))
    next_spend = spent.reindex(sample.index).fillna(0.0).to_numpy(dtype="float64")
    if next_spend.min() == next_spend.max():
        return None
    return PastSample(sample, PastCoordinates(apply_scaler(scaler, sample).to_numpy(), next_spend))
