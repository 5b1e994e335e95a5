"""The purchase process: how often customers order until they drop out, fitted as (M)BG/NBD."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from models.conditional_expectation import purchases_while_alive
from models.likelihood_search import parameter_rows
from models.purchase_likelihood import Likelihood, ProcessKind
from models.rounding import rounded, rounded_number

MIN_REPEAT_CUSTOMERS = 100
"""Customers with a second order day; fewer do not tell a slow customer from a lost one."""
PARAMETERS = ("r", "alpha", "a", "b")
"""In the order of every vector of parameters."""
PARAMETER_RANGE = (1e-4, 1e5)
"""Of r, a and b; an estimate beyond says that customers do not differ, or that nobody drops out."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PurchaseProcess:
    """One fitted purchase process, or why there is none.

    While alive, a customer orders at a rate of their own, gamma(r, alpha) distributed over
    customers (alpha in weeks); after an order they drop out with a probability of their own,
    beta(a, b) distributed. In the BG/NBD only repeat orders can be the last one, in the MBG/NBD
    the first order too.

    Attributes
    ----------
    kind : `bg_nbd` or `mbg_nbd`.
    r, alpha, a, b : maximum likelihood estimates; null if not available.
    r_standard_error, … : from the inverse of the observed information; null with them.
    log_likelihood : at the estimates.
    customers, repeat_customers : what was fitted, and how many of them ordered on a second day.
    status, status_reason : `available`, or `not_available` with the reason in words.
    """

    kind: ProcessKind
    r: float | None
    alpha: float | None
    a: float | None
    b: float | None
    r_standard_error: float | None
    alpha_standard_error: float | None
    a_standard_error: float | None
    b_standard_error: float | None
    log_likelihood: float | None
    customers: int
    repeat_customers: int
    status: Literal["available", "not_available"]
    status_reason: str | None

    def parameters(self) -> Array:
        """Return (r, alpha, a, b).

        Raises
        ------
        ValueError
            If the process is not available.
        """
        values = [self.r, self.alpha, self.a, self.b]
        if self.status != "available":
            raise ValueError(f"The {self.kind} process is not available: {self.status_reason}.")
        return np.array(values, dtype=np.float64)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of `parameter`, `estimate`, `standard_error`; none if not available."""
        names = (*PARAMETERS, "log_likelihood")
        return parameter_rows(self, names) if self.status == "available" else []


def fit_purchase_process(groups: pd.DataFrame, *, kind: ProcessKind) -> PurchaseProcess:
    """Estimate a BG/NBD or MBG/NBD by maximum likelihood of grouped customers.

    Parameters
    ----------
    groups : DataFrame
        `repeats` (x >= 0, order days after the first), `last_purchase_weeks` (t_x, weeks from the
        first order day to the last; 0 if x = 0), `observed_weeks` (T >= t_x, weeks from the first
        order day to the night), `customers` (how many customers have these three). Rows may
        repeat, in any order; row order changes no digit.
    kind : `bg_nbd` (Fader, Hardie & Lee 2005) or `mbg_nbd` (Batislam, Denizel & Filiztekin 2007).

    Returns
    -------
    PurchaseProcess
        Estimates rounded to nine decimals; `not_available` under 100 repeat customers, or if the
        likelihood has its top at the edge of what the parameters can be.

    Raises
    ------
    ValueError
        If a column is missing, or a value is null, infinite or out of range.
    """
    x, t_x, observed, weight = _checked_groups(groups)
    customers, repeat_customers = int(weight.sum()), int(weight[x > 0].sum())

    def unavailable(reason: str) -> PurchaseProcess:
        nothing = (None, None, None, None)
        counts = (customers, repeat_customers)
        return PurchaseProcess(kind, *nothing, *nothing, None, *counts, "not_available", reason)

    if repeat_customers < MIN_REPEAT_CUSTOMERS:
        return unavailable(
            f"{repeat_customers} customers with a second order day; "
            f"at least {MIN_REPEAT_CUSTOMERS} needed"
        )
    likelihood = Likelihood.of(x, t_x, observed, weight, kind=kind)
    top = likelihood.maximise()
    low, high = PARAMETER_RANGE
    estimates = np.exp(top.log_parameters)
    scale_free = estimates[[0, 2, 3]]
    if not (top.is_maximum and low < scale_free.min() and scale_free.max() < high):
        found = zip(PARAMETERS, estimates, strict=True)
        values = ", ".join(f"{name} {value:.3g}" for name, value in found)
        return unavailable(
            "the likelihood has no maximum inside the range of its parameters "
            f"(search ended at {values}): customers are too alike, or none is seen to drop out"
        )
    errors = top.standard_errors()
    r, alpha, a, b = (rounded_number(value) for value in estimates)
    of_r, of_alpha, of_a, of_b = (rounded_number(value) for value in errors)
    return PurchaseProcess(
        kind=kind,
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        r_standard_error=of_r,
        alpha_standard_error=of_alpha,
        a_standard_error=of_a,
        b_standard_error=of_b,
        log_likelihood=rounded_number(top.log_likelihood),
        customers=customers,
        repeat_customers=repeat_customers,
        status="available",
        status_reason=None,
    )


def p_alive(
    process: PurchaseProcess, x: npt.ArrayLike, t_x: npt.ArrayLike, observed: npt.ArrayLike
) -> Array:
    """Return the probability that a customer has not dropped out.

    1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)) for x > 0, and 1 for x = 0
    (Fader, Hardie & Lee 2008, "Computing P(alive) using the BG/NBD model"); with b + x
    instead of b + x - 1, and for every x, in the MBG/NBD (Batislam et al. 2007, eq. 5, as the
    package lifetimes cites and computes it), where the first order was a chance to drop out too.

    Parameters
    ----------
    x, t_x, observed : repeat order days; weeks from the first order day to the last, and to the
        night. Broadcast against one another.

    Returns
    -------
    ndarray in [0, 1], rounded to nine decimals.
    """
    r, alpha, a, b = process.parameters()
    repeats, last, weeks = _arrays(x, t_x, observed)
    flips = b + repeats + (process.kind == "mbg_nbd") - 1.0
    may_have_dropped = (repeats > 0) | (process.kind == "mbg_nbd")
    odds = (r + repeats) * (np.log(alpha + weeks) - np.log(alpha + last))
    safe_flips = np.where(may_have_dropped, flips, 1.0)
    alive = expit(-(np.log(a) - np.log(safe_flips) + odds))
    return rounded(np.where(may_have_dropped, alive, 1.0))


def expected_purchases(
    process: PurchaseProcess,
    x: npt.ArrayLike,
    t_x: npt.ArrayLike,
    observed: npt.ArrayLike,
    *,
    weeks: float,
) -> Array:
    """Return the number of order days to be expected in the next `weeks`.

    Equation 10 of Fader, Hardie & Lee (2005): the probability of being alive times
    `conditional_expectation.purchases_while_alive`. Its MBG/NBD counterpart has b + 1 for b, so
    that the factor before the bracket is (a + b + x) / (a - 1) (Wagner & Hoppe 2008). Batislam et
    al. (2007) are said to print (b + x) / (a - 1), which at x = T = 0 would not give their eq. 4.
    Both equal the packages lifetimes 0.11.3 and, by formula, BTYDplus.

    Returns
    -------
    ndarray >= 0, order days, rounded to nine decimals.
    """
    if not weeks >= 0:
        raise ValueError(f"weeks must be 0 or more, not {weeks}.")
    r, alpha, a, b = process.parameters()
    repeats, last, observed_weeks = _arrays(x, t_x, observed)
    while_alive = purchases_while_alive(
        repeats,
        observed_weeks,
        r=r,
        alpha=alpha,
        a=a,
        survived=b + (process.kind == "mbg_nbd"),
        weeks=weeks,
    )
    return rounded(while_alive * p_alive(process, repeats, last, observed_weeks))


def _arrays(*values: npt.ArrayLike) -> tuple[Array, ...]:
    """Return the values as doubles of one common shape."""
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def _checked_groups(groups: pd.DataFrame) -> tuple[Array, Array, Array, Array]:
    """Return x, t_x, T and weight of the distinct groups in a fixed order, or raise."""
    needed = ["repeats", "last_purchase_weeks", "observed_weeks", "customers"]
    missing = [name for name in needed if name not in groups.columns]
    if missing:
        raise ValueError(f"Purchase groups lack {missing}; needed are {needed}.")
    values = groups[needed].astype("float64")
    if not bool(np.isfinite(values.to_numpy()).all()):
        raise ValueError("Purchase groups hold null or infinite values; give all four columns.")
    x, t_x, observed, weight = (values[name].to_numpy() for name in needed)
    impossible = (x < 0) | (x != np.floor(x)) | ((x > 0) != (t_x > 0)) | (t_x > observed)
    bad = int((impossible | (t_x < 0) | (observed < 0) | (weight <= 0)).sum())
    if bad:
        raise ValueError(
            f"{bad} of {len(values)} purchase groups are impossible: repeats are whole and at "
            "least 0, last_purchase_weeks is above 0 exactly with repeats and at most "
            "observed_weeks, customers is above 0."
        )
    distinct = values.groupby(needed[:3], sort=True)["customers"].sum().reset_index()
    x, t_x, observed, weight = (distinct[name].to_numpy(dtype=np.float64) for name in needed)
    return x, t_x, observed, weight
