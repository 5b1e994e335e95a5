"""The gap rate of a population: how fast its customers order again, fitted to completed gaps."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, polygamma

from models.rounding import rounded_number

MIN_GAPS = 100
"""Gaps; fewer say too little about how much customers differ from one another."""
R_RANGE = (0.01, 1000.0)
"""Shape; outside it the population is too mixed, or too alike, for the gamma to mean anything."""
SEARCH_RANGE = (1e-4, 1e6)
"""Shape; wider than R_RANGE, so that a fit that wants to leave that range is seen to leave it."""
NEWTON_STEPS = 500
"""A handful near the maximum; many only where the estimate walks out of the range."""
STEP_TOLERANCE = 1e-11
"""In log r and log alpha; far below the nine digits that are kept."""
NOISE_TOLERANCE = 1e-6
"""In log r and log alpha; on a flat top (large r) rounding alone makes steps of up to this size."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CadenceFit:
    """The fitted gap rate of one night, or why there is none.

    Attributes
    ----------
    r : shape of the gamma distribution of rates; null if not available.
    alpha : its rate parameter, in days; r / alpha is the mean number of orders a day.
    r_standard_error, alpha_standard_error : from the observed information; null with them.
    log_likelihood : at the estimates, of the formula in `log_likelihood`.
    gaps, customers : what was fitted.
    status, status_reason : `available`, or `not_available` with the reason in words.
    """

    r: float | None
    alpha: float | None
    r_standard_error: float | None
    alpha_standard_error: float | None
    log_likelihood: float | None
    gaps: int
    customers: int
    status: Literal["available", "not_available"]
    status_reason: str | None

    def to_row(self) -> dict[str, Any]:
        """Return the fields by column name, as `ml.cadence_parameters` holds them."""
        return asdict(self)


def fit_cadence(groups: pd.DataFrame) -> CadenceFit:
    """Estimate the gap rate gamma(r, alpha) by maximum likelihood of completed gaps.

    Each customer's gaps between counted order days are exponential at the customer's own rate,
    and rates are gamma distributed over customers: the NBD model of Ehrenberg, with the posterior
    of Schmittlein, Morrison & Colombo (1987). Open gaps are left out knowingly: with drop-outs in
    the data they would stretch every limit.

    Parameters
    ----------
    groups : DataFrame
        `gaps` (n >= 1, completed gaps of a customer), `gap_days` (S > 0, their sum in days),
        `customers` (how many customers have this n and S). Rows may repeat, in any order.

    Returns
    -------
    CadenceFit
        Estimates rounded to nine decimals; `not_available` under 100 gaps, or if the shape
        leaves 0.01-1000.

    Raises
    ------
    ValueError
        If a column is missing, or a value is null, infinite or out of range.
    """
    n, days, weight = _checked_groups(groups)
    gaps, customers = int((weight * n).sum()), int(weight.sum())

    def unavailable(reason: str) -> CadenceFit:
        return CadenceFit(None, None, None, None, None, gaps, customers, "not_available", reason)

    if gaps < MIN_GAPS:
        return unavailable(f"{gaps} completed gaps between order days; at least {MIN_GAPS} needed")
    estimate = _maximise(n, days, weight)
    low, high = R_RANGE
    if estimate is None:
        return unavailable("the likelihood of the gaps has no maximum inside the searched range")
    r, alpha = (float(value) for value in np.exp(estimate))
    if not low <= r <= high:
        side, likeness = ("below", "too different from") if r < low else ("above", "too like")
        return unavailable(
            f"shape r is outside {low:g}-{high:g}, {side} it: customers are {likeness} one another"
        )
    information = -_hessian(estimate, n, days, weight)
    log_errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return CadenceFit(
        r=rounded_number(r),
        alpha=rounded_number(alpha),
        r_standard_error=rounded_number(r * log_errors[0]),
        alpha_standard_error=rounded_number(alpha * log_errors[1]),
        log_likelihood=rounded_number(log_likelihood(n, days, weight, r=r, alpha=alpha)),
        gaps=gaps,
        customers=customers,
        status="available",
        status_reason=None,
    )


def gap_quantile(
    q: npt.ArrayLike, n: npt.ArrayLike, gap_days: npt.ArrayLike, *, r: float, alpha: float
) -> Array:
    """Return the gap in days that a customer's next gap exceeds with probability 1 - q.

    From P(gap > t) = ((alpha + S) / (alpha + S + t))^(r + n), hence
    t_q = (alpha + S) ((1 - q)^(-1 / (r + n)) - 1), with n gaps of S days behind the customer.

    Parameters
    ----------
    q : share in [0, 1).
    n, gap_days : completed gaps and their sum in days; 0 and 0 for a customer without any.

    Returns
    -------
    ndarray, days, of the broadcast shape of q, n and gap_days.
    """
    share = np.asarray(q, dtype=np.float64)
    if not bool(np.all((share >= 0) & (share < 1))):
        raise ValueError(f"q must lie in [0, 1), not {share.tolist()}.")
    count = np.asarray(n, dtype=np.float64)
    days = np.asarray(gap_days, dtype=np.float64)
    quantile: Array = (alpha + days) * np.expm1(-np.log1p(-share) / (r + count))
    return quantile


def log_likelihood(n: Array, days: Array, weight: Array, *, r: float, alpha: float) -> float:
    """Return the log of the product of Gamma(r+n)/Gamma(r) alpha^r / (alpha+S)^(r+n)."""
    terms = gammaln(r + n) - gammaln(r) - r * np.log1p(days / alpha) - n * np.log(alpha + days)
    return float((weight * terms).sum())


def _gradient(log_parameters: Array, n: Array, days: Array, weight: Array) -> Array:
    """Return the derivatives of the log likelihood by log r and log alpha."""
    r, alpha = np.exp(log_parameters)
    by_r = (weight * (digamma(r + n) - digamma(r) - np.log1p(days / alpha))).sum()
    by_alpha = (weight * (r / alpha - (r + n) / (alpha + days))).sum()
    return np.array([r * by_r, alpha * by_alpha])


def _hessian(log_parameters: Array, n: Array, days: Array, weight: Array) -> Array:
    """Return the second derivatives by log r and log alpha."""
    r, alpha = np.exp(log_parameters)
    total = alpha + days
    by_r_r = (weight * (polygamma(1, r + n) - polygamma(1, r))).sum()
    by_r_alpha = (weight * (days / total / alpha)).sum()
    by_alpha_alpha = (weight * ((r + n) / total**2 - r / alpha**2)).sum()
    mixed = r * alpha * by_r_alpha
    in_logs = np.array([[r * r * by_r_r, mixed], [mixed, alpha * alpha * by_alpha_alpha]])
    hessian: Array = in_logs + np.diag(_gradient(log_parameters, n, days, weight))
    return hessian


def _maximise(n: Array, days: Array, weight: Array) -> Array | None:
    """Return (log r, log alpha) at the maximum, or None if there is none to be found.

    L-BFGS-B comes near from anywhere; Newton steps then bring the estimate to the last digits,
    and go on walking where the likelihood rises for ever (customers all alike: r to infinity).
    """
    scale = weight.sum()

    def negative(log_parameters: Array) -> tuple[float, Array]:
        r, alpha = np.exp(log_parameters)
        value = log_likelihood(n, days, weight, r=r, alpha=alpha)
        return -value / scale, -_gradient(log_parameters, n, days, weight) / scale

    typical_gap = float((weight * np.log(days / n)).sum() / scale)
    shape_bounds = tuple(np.log(SEARCH_RANGE))
    start = np.array([0.0, typical_gap])
    rough = minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[shape_bounds, (typical_gap - 200.0, typical_gap + 200.0)],
    )
    point: Array = np.asarray(rough.x, dtype=np.float64)
    for _ in range(NEWTON_STEPS):
        if not shape_bounds[0] < point[0] < shape_bounds[1]:
            return point
        gradient = _gradient(point, n, days, weight)
        hessian = _hessian(point, n, days, weight)
        curvatures, directions = np.linalg.eigh(hessian)
        # By the size of the curvature: where the surface is not yet a hill, uphill all the same.
        steepness = np.maximum(np.abs(curvatures), np.finfo(float).tiny)
        step = directions @ ((directions.T @ gradient) / steepness)
        length = float(np.abs(step).max())
        point = point + step / max(1.0, length)
        if length < STEP_TOLERANCE:
            break
    return point if length < NOISE_TOLERANCE and curvatures.max() < 0 else None


def _checked_groups(groups: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return n, S and weight of the distinct groups in a fixed order, or raise."""
    needed = ["gaps", "gap_days", "customers"]
    missing = [name for name in needed if name not in groups.columns]
    if missing:
        raise ValueError(f"Cadence groups lack {missing}; needed are {needed}.")
    values = groups[needed].astype("float64")
    if not bool(np.isfinite(values.to_numpy()).all()):
        raise ValueError("Cadence groups hold null or infinite values; give all three columns.")
    bad = int(((values["gaps"] < 1) | (values["gap_days"] <= 0) | (values["customers"] < 1)).sum())
    if bad:
        raise ValueError(
            f"{bad} of {len(values)} cadence groups are impossible: gaps and customers must be "
            "at least 1 and gap_days above 0 (order days of a customer are distinct)."
        )
    distinct = values.groupby(["gaps", "gap_days"], sort=True)["customers"].sum().reset_index()
    n, days, weight = (distinct[name].to_numpy(dtype="float64") for name in needed)
    return n, days, weight
