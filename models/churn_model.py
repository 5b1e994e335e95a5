"""The churn model: a calibrated chance that a customer leaves in the next 90 days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from models.content_ids import content_id
from models.rounding import rounded, rounded_number

FORMAT = 2
"""Of the stored content; raised when its meaning changes."""
TUPLES = (
    "features",
    "means",
    "scales",
    "coefficients",
    "standard_errors",
    "calibration_standard_errors",
)
"""Attributes that JSON knows as lists."""


@dataclass(frozen=True)
class ChurnModel:
    """A logistic regression on standardised features, and the recalibration of its log odds.

    Attributes
    ----------
    trained_on : the night; no label known later was used.
    means, scales, coefficients : per feature, in the order of `features`.
    intercept : of the regression.
    standard_errors : of the intercept and the coefficients, from the inverse Hessian, one
        customer's rows on several nights taken as dependent (`logistic.logistic_errors`).
    calibration_intercept, calibration_slope : log odds published = intercept + slope times the
        regression's (Platt 1999), fitted on a later night than the regression.
    calibration_standard_errors : of these two, the regression's own score taken as given.
    fitted_on, calibrated_on : the past nights used, oldest first.
    population, base_rate : rows of the calibration night, and the share of them that churned.
    """

    trained_on: date
    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    intercept: float
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    calibration_intercept: float
    calibration_slope: float
    calibration_standard_errors: tuple[float, float]
    fitted_on: tuple[date, ...]
    calibrated_on: date
    population: int
    base_rate: float

    @cached_property
    def model_id(self) -> str:
        """`churn-` and 12 hex digits of the content's sha256: same content, same id."""
        return content_id("churn", self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and texts for JSON."""
        content = asdict(self) | {"format": FORMAT}
        content["trained_on"] = self.trained_on.isoformat()
        content["calibrated_on"] = self.calibrated_on.isoformat()
        content["fitted_on"] = [day.isoformat() for day in self.fitted_on]
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in content.items()
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ChurnModel":
        """Return the model that `to_dict` wrote.

        Raises
        ------
        ValueError
            If the content has another format.
        """
        if content.get("format") != FORMAT:
            raise ValueError(f"The churn model has format {content.get('format')}, not {FORMAT}.")
        values = {name: value for name, value in content.items() if name != "format"}
        for name in TUPLES:
            values[name] = tuple(values[name])
        values["fitted_on"] = tuple(date.fromisoformat(day) for day in values["fitted_on"])
        for name in ("trained_on", "calibrated_on"):
            values[name] = date.fromisoformat(values[name])
        return cls(**values)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of `parameter`, `estimate`, `standard_error`; of scaled features."""
        names = ("intercept", *self.features, "calibration_intercept", "calibration_slope")
        estimates = (
            self.intercept,
            *self.coefficients,
            self.calibration_intercept,
            self.calibration_slope,
        )
        errors = (*self.standard_errors, *self.calibration_standard_errors)
        return [
            {"parameter": name, "estimate": rounded_number(value), "standard_error": error}
            for name, value, error in zip(names, estimates, errors, strict=True)
        ]

    def predict(self, features: pd.DataFrame) -> pd.Series:
        """Return the churn probability in [0, 1] of each row of features."""
        scaled = (features[[*self.features]].to_numpy() - self.means) / self.scales
        score = self.intercept + scaled @ np.array(self.coefficients)
        probability = expit(self.calibration_intercept + self.calibration_slope * score)
        return pd.Series(rounded(probability), index=features.index, name="churn_probability")
