"""The search for the top of a log likelihood with known first and second derivatives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

NEWTON_STEPS = 100
"""A handful near the maximum; some more where the estimate walks out of the range."""
STEP_TOLERANCE = 1e-11
"""In log parameters; far below the nine digits that are kept."""
NOISE_TOLERANCE = 1e-6
"""In log parameters; on a flat top rounding alone makes steps of up to this size."""

Array = npt.NDArray[np.float64]


def parameter_rows(fit: object, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return rows of `parameter`, `estimate`, `standard_error` of what a fit knows.

    The standard error is the attribute named after the parameter, null if there is none.
    """
    return [
        {
            "parameter": name,
            "estimate": getattr(fit, name),
            "standard_error": getattr(fit, f"{name}_standard_error", None),
        }
        for name in names
        if getattr(fit, name) is not None
    ]


@dataclass(frozen=True)
class Top:
    """Where the search ended: the logs of the parameters and the observed information there."""

    log_parameters: Array
    information: Array
    log_likelihood: float
    is_maximum: bool

    def standard_errors(self) -> Array:
        """Return those of the parameters themselves, from the inverse observed information."""
        log_errors = np.sqrt(np.diag(np.linalg.inv(self.information)))
        errors: Array = np.exp(self.log_parameters) * log_errors
        return errors


def find_top(
    value: Callable[[Array], float],
    gradient: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    *,
    start: Array,
    low: Array,
    high: Array,
    scale: float,
) -> Top:
    """Return the maximum, or where the search for it left the box.

    L-BFGS-B comes near from anywhere; Newton steps then bring the estimate to the last digits,
    and go on walking where the likelihood rises for ever (nobody drops out: b to infinity).

    Parameters
    ----------
    value, gradient, hessian : of the log likelihood by the logs of the parameters.
    start, low, high : (n_parameters,) logs of the parameters.
    scale : what the likelihood is divided by during the search, such as the customers.
    """

    def negative(point: Array) -> tuple[float, Array]:
        return -value(point) / scale, -gradient(point) / scale

    bounds = list(zip(low, high, strict=True))
    rough = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds)
    point: Array = np.asarray(rough.x, dtype=np.float64)
    length, curvatures = np.inf, np.zeros(len(point))
    for _ in range(NEWTON_STEPS):
        if not bool(((point > low) & (point < high)).all()):
            break
        curvatures, directions = np.linalg.eigh(hessian(point))
        # By the size of the curvature: where the surface is no hill yet, uphill all the same.
        steepness = np.maximum(np.abs(curvatures), np.finfo(float).tiny)
        step = directions @ ((directions.T @ gradient(point)) / steepness)
        length = float(np.abs(step).max())
        point = point + step / max(1.0, length)
        if length < STEP_TOLERANCE:
            break
    is_maximum = length < NOISE_TOLERANCE and bool(curvatures.max() < 0)
    return Top(point, -hessian(point), value(point), is_maximum)
