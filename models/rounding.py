"""Rounding that makes a stored number the same on every run."""

import math

import numpy as np
import numpy.typing as npt

DIGITS = 9
"""Decimals kept of whatever is stored; floating-point noise begins some places further on."""


def rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round to nine decimals and turn -0.0 into 0.0, which would be another value as text."""
    return np.round(values, DIGITS) + 0.0


def rounded_number(value: float) -> float:
    """Round one number to nine decimals."""
    return round(float(value), DIGITS) + 0.0


def significant(value: float) -> float:
    """Round one number to nine significant digits.

    For divisors and limits whose size is not known beforehand: nine decimals of a scale of
    1e-10 would be a division by zero.
    """
    number = float(value)
    if number == 0.0 or not math.isfinite(number):
        return number + 0.0
    return float(f"{number:.{DIGITS - 1}e}")
