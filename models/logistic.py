"""Logistic regression by Newton's method, small and the same to the last stored digit."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from models.rounding import rounded

STEPS = 100
"""Ten are usual; a ridge makes more unnecessary, and without one separable data never settle."""
TOLERANCE = 1e-11
"""In the coefficients; below the nine digits that are kept."""
LARGEST_STEP = 4.0
"""In units of the log odds per unit of a scaled column; keeps the first steps from overshooting."""
EDGE = 1e-6
"""Probabilities are kept this far from 0 and 1 before their log odds are taken."""

Array = npt.NDArray[np.float64]


def fit_logistic(
    columns: Array, outcome: Array, *, ridge: float, weight: Array | None = None
) -> Array:
    """Return intercept and coefficients of P(outcome = 1).

    Newton's method on the log likelihood less ridge / 2 times the squared coefficients; the
    intercept is not shrunk, so predictions add up to the outcomes.

    Parameters
    ----------
    columns : (n_rows, n_columns), of about unit scale.
    outcome : (n_rows,), 0 or 1; both have to occur.
    ridge : >= 0; 1 is scikit-learn's C = 1.
    weight : (n_rows,), how often each row counts.

    Returns
    -------
    ndarray (1 + n_columns,), rounded to nine decimals.

    Raises
    ------
    ValueError
        If only one outcome occurs.
    """
    counts = np.ones(len(outcome)) if weight is None else weight
    positive = float((counts * outcome).sum())
    if not 0 < positive < float(counts.sum()):
        raise ValueError(f"A logistic regression needs both outcomes; {positive:g} are 1.")
    design = np.column_stack([np.ones(len(outcome)), columns])
    penalty = ridge * np.r_[0.0, np.ones(design.shape[1] - 1)]
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = logit(positive / counts.sum())
    for _ in range(STEPS):
        probability = expit(design @ coefficients)
        gradient = design.T @ (counts * (outcome - probability)) - penalty * coefficients
        spread = counts * probability * (1 - probability)
        curvature = (design * spread[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        length = float(np.abs(step).max())
        coefficients = coefficients + step * min(1.0, LARGEST_STEP / max(length, TOLERANCE))
        if length < TOLERANCE:
            break
    return rounded(coefficients)


def logistic_errors(
    columns: Array, outcome: Array, coefficients: Array, *, ridge: float, group: npt.ArrayLike
) -> Array:
    """Return the standard errors of what `fit_logistic` returned, rows of one group dependent.

    Inverse Hessian of the penalised log likelihood around the sums of scores by group (White 1982;
    Liang & Zeger 1986): one customer on several past nights is not several customers. With every
    row its own group this is the inverse Hessian alone, up to sampling, if the model is right.

    Parameters
    ----------
    coefficients : (1 + n_columns,), at the maximum.
    group : (n_rows,), what tells groups apart, such as customer ids.

    Returns
    -------
    ndarray (1 + n_columns,), rounded to nine decimals.
    """
    design = np.column_stack([np.ones(len(outcome)), columns])
    probability = expit(design @ coefficients)
    penalty = ridge * np.r_[0.0, np.ones(design.shape[1] - 1)]
    spread = probability * (1 - probability)
    inverse = np.linalg.pinv((design * spread[:, None]).T @ design + np.diag(penalty))
    code = pd.factorize(pd.Series(group))[0]
    scores = design * (outcome - probability)[:, None]
    sums = np.column_stack([np.bincount(code, weights=score) for score in scores.T])
    return rounded(np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse)))


def log_odds(probability: Array) -> Array:
    """Return log(p / (1 - p)), with p kept a little away from 0 and 1."""
    odds: Array = logit(np.clip(probability, EDGE, 1 - EDGE))
    return odds
