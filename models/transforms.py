"""The scaler of behaviour features: learned once, stored with the model, applied unchanged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.rounding import rounded, significant

WINSOR_SHARE = 0.01
"""Share cut off at each end: one wholesaler must not stretch the scale of everybody."""
MIN_OBSERVED_SHARE = 0.5
"""A feature known for fewer customers would mostly cluster the fill value."""
MIN_SKEWNESS = 1.0
"""Third standardised moment from which a feature that is never negative is taken as log(1 + x)."""
MIN_RELATIVE_SCALE = 1e-9
"""Deviation relative to the largest value below which a feature is constant but for noise."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FeatureTransform:
    """How one feature becomes a coordinate.

    In this order: null becomes `fill` (training median), limits `lower` and `upper` (natural
    units) are imposed, log(1 + x) is taken if `is_logged`, then (x - centre) / scale.
    """

    name: str
    fill: float
    lower: float
    upper: float
    is_logged: bool
    centre: float
    scale: float


@dataclass(frozen=True)
class LeftOutFeature:
    """A feature that carries nothing to cluster by, with the reason in words."""

    name: str
    reason: str


@dataclass(frozen=True)
class Scaler:
    """The transforms of all features in use, in column order, and the features left out."""

    features: tuple[FeatureTransform, ...]
    left_out: tuple[LeftOutFeature, ...]

    @property
    def names(self) -> list[str]:
        return [feature.name for feature in self.features]

    def left_out_text(self) -> str:
        """Return which features were left out and why, to be added to a reason; else nothing."""
        told = ", ".join(f"{item.name} ({item.reason})" for item in self.left_out)
        return f"; left out: {told}" if told else ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON holds without loss."""
        return {
            "features": [asdict(feature) for feature in self.features],
            "left_out": [asdict(feature) for feature in self.left_out],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Scaler":
        """Return the scaler that `to_dict` wrote."""
        return cls(
            tuple(FeatureTransform(**feature) for feature in content["features"]),
            tuple(LeftOutFeature(**feature) for feature in content["left_out"]),
        )


def fit_scaler(features: pd.DataFrame) -> Scaler:
    """Learn the transform of each feature from a training population.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features)
        As `checked_features` returns it: finite doubles, NaN where unknown.
    """
    fitted = [_fit_feature(str(name), features[name].to_numpy()) for name in features.columns]
    return Scaler(
        tuple(item for item in fitted if isinstance(item, FeatureTransform)),
        tuple(item for item in fitted if isinstance(item, LeftOutFeature)),
    )


def apply_scaler(scaler: Scaler, features: pd.DataFrame) -> pd.DataFrame:
    """Return the features as coordinates, one column per feature in use.

    Raises
    ------
    ValueError
        If a column that the scaler was fitted on is not there.
    """
    absent = [name for name in scaler.names if name not in features.columns]
    if absent:
        raise ValueError(
            f"The model was trained on features that are not there: {absent}. "
            f"Given: {[str(name) for name in features.columns]}."
        )
    columns = {
        feature.name: _apply_feature(feature, features[feature.name].to_numpy())
        for feature in scaler.features
    }
    return pd.DataFrame(columns, index=features.index, columns=scaler.names, dtype="float64")


def _fit_feature(name: str, values: Array) -> FeatureTransform | LeftOutFeature:
    observed = values[~np.isnan(values)]
    if observed.size == 0:
        return LeftOutFeature(name, "unknown for every customer")
    if observed.size < MIN_OBSERVED_SHARE * values.size:
        share = observed.size / values.size
        return LeftOutFeature(
            name, f"known for {share:.0%} of customers; at least {MIN_OBSERVED_SHARE:.0%} needed"
        )
    if observed.min() == observed.max():
        return LeftOutFeature(name, f"the same for every customer ({observed[0]:g})")
    fill = significant(float(np.median(observed)))
    lower, upper = (
        significant(float(limit))
        for limit in np.quantile(observed, [WINSOR_SHARE, 1 - WINSOR_SHARE])
    )
    filled = np.clip(np.where(np.isnan(values), fill, values), lower, upper)
    is_logged = lower >= 0 and _skewness(filled) > MIN_SKEWNESS
    transformed = np.log1p(filled) if is_logged else filled
    scale = float(transformed.std())
    if scale <= MIN_RELATIVE_SCALE * max(abs(lower), abs(upper)):
        return LeftOutFeature(name, f"the same for nearly every customer ({fill:g})")
    return FeatureTransform(
        name,
        fill=fill,
        lower=lower,
        upper=upper,
        is_logged=is_logged,
        centre=significant(float(transformed.mean())),
        scale=significant(scale),
    )


def _apply_feature(feature: FeatureTransform, values: Array) -> Array:
    filled = np.where(np.isnan(values), feature.fill, values)
    limited = np.clip(filled, feature.lower, feature.upper)
    transformed = np.log1p(limited) if feature.is_logged else limited
    return rounded((transformed - feature.centre) / feature.scale)


def _skewness(values: Array) -> float:
    """Return the third standardised moment; 0 where nothing varies."""
    deviations = values - values.mean()
    spread = float(np.abs(deviations).max())
    if spread == 0.0:
        return 0.0
    unit = deviations / spread
    return float((unit**3).mean() / (unit**2).mean() ** 1.5)
