"""The spend of a customer's average order day, fitted as a Gamma-Gamma model of repeat orders."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, gammaln, polygamma

from models.likelihood_search import Top, find_top, parameter_rows
from models.prediction_metrics import Ranked, spearman
from models.rounding import rounded, rounded_number

MIN_CUSTOMERS = 100
"""With a repeat order day and positive spend; as many as the purchase process asks for."""
PARAMETERS = ("p", "q", "v")
"""In the order of every vector of parameters; v is gamma in the paper."""
PARAMETER_RANGE = (1e-4, 1e5)
"""Of p and q; beyond it all orders, or all customers, spend alike."""
SEARCH_RANGE = (1e-5, 1e7)
"""Of p and q; wider, so that a fit that wants to leave is seen to leave."""
V_REACH = 20.0
"""Of log v around the log of typical spend; beyond a factor of e^20 no data speak."""
NEAR_ZERO = 0.25
"""Of the rank correlation of spend and frequency; CDNOW, the paper's own example, has 0.21."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GammaGamma:
    """The fitted spend per order day, or why there is none.

    Spend of one order day is gamma(p, nu) distributed around a customer's own mean, and nu is
    gamma(q, v) distributed over customers, whatever their frequency (Fader & Hardie 2013).

    Attributes
    ----------
    p, q, v : maximum likelihood estimates; v in the account currency. Null if not available.
    p_standard_error, … : from the inverse of the observed information; null with them.
    log_likelihood : at the estimates.
    spend_frequency_correlation : Spearman's, of mean spend and repeats, in [-1, 1]; the model
        takes it to be 0. Null if either is the same for all.
    customers : those with a repeat order day and positive mean spend.
    status, status_reason : `available`, the reason then being a warning if the correlation is
        not near 0; or `not_available` with what is missing.
    """

    p: float | None
    q: float | None
    v: float | None
    p_standard_error: float | None
    q_standard_error: float | None
    v_standard_error: float | None
    log_likelihood: float | None
    spend_frequency_correlation: float | None
    customers: int
    status: Literal["available", "not_available"]
    status_reason: str | None

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of `parameter`, `estimate`, `standard_error`; none if not available."""
        # Where all ordered on equally many days there is no correlation to tell.
        names = (*PARAMETERS, "log_likelihood", "spend_frequency_correlation")
        return parameter_rows(self, names) if self.status == "available" else []


def fit_gamma_gamma(groups: pd.DataFrame) -> GammaGamma:
    """Estimate the Gamma-Gamma model by maximum likelihood (Fader & Hardie 2013, eq. 1a).

    Parameters
    ----------
    groups : DataFrame
        `repeats` (x >= 1, repeat order days), `mean_spend` (average spend of one, > 0, account
        currency), `customers` (how many customers have both). Rows may repeat, in any order;
        leave out customers without a repeat order day or with nothing spent on average.

    Returns
    -------
    GammaGamma
        Estimates rounded to nine decimals; `not_available` under 100 customers, if the likelihood
        has its top at the edge, or if q <= 1 (mean spend over customers is then infinite).

    Raises
    ------
    ValueError
        If a column is missing, or a value is null, infinite or out of range.
    """
    x, spend, weight = _checked_groups(groups)
    customers = int(weight.sum())
    correlation = _correlation(x, spend, weight)

    def unavailable(reason: str) -> GammaGamma:
        return GammaGamma(
            p=None,
            q=None,
            v=None,
            p_standard_error=None,
            q_standard_error=None,
            v_standard_error=None,
            log_likelihood=None,
            spend_frequency_correlation=correlation,
            customers=customers,
            status="not_available",
            status_reason=reason,
        )

    if customers < MIN_CUSTOMERS:
        return unavailable(
            f"{customers} customers with spend on a repeat order day; "
            f"at least {MIN_CUSTOMERS} needed"
        )
    top = _maximise(x, spend, weight)
    p, q, v = np.exp(top.log_parameters)
    low, high = PARAMETER_RANGE
    if not (top.is_maximum and low < min(p, q) and max(p, q) < high):
        return unavailable(
            "the likelihood of mean spend has no maximum inside the range of its parameters "
            f"(search ended at p {p:.3g}, q {q:.3g}, v {v:.3g}): orders or customers are too alike"
        )
    if q <= 1:
        return unavailable(
            f"q is {q:.3g}; at or below 1 the mean spend over customers is not finite"
        )
    errors = [rounded_number(error) for error in top.standard_errors()]
    warning = None
    if correlation is not None and abs(correlation) > NEAR_ZERO:
        warning = (
            f"spend and frequency are correlated ({correlation:.2f}); the model takes them to be "
            "independent, so spend of frequent customers is "
            f"{'under' if correlation > 0 else 'over'}stated where little of it is known"
        )
    return GammaGamma(
        p=rounded_number(p),
        q=rounded_number(q),
        v=rounded_number(v),
        p_standard_error=errors[0],
        q_standard_error=errors[1],
        v_standard_error=errors[2],
        log_likelihood=rounded_number(top.log_likelihood),
        spend_frequency_correlation=correlation,
        customers=customers,
        status="available",
        status_reason=warning,
    )


def expected_average_spend(model: GammaGamma, x: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Array:
    """Return the spend to be expected of a customer's next order day.

    (v + x z) p / (p x + q - 1): eq. 5 of Fader & Hardie (2013), between the population's mean
    p v / (q - 1) and the customer's own mean z, the nearer to it the more orders are known.

    Parameters
    ----------
    x : repeat order days; with 0 the population's mean is returned.
    mean_spend : z, average spend of a repeat order day; not read where x is 0, and taken as 0
        where returns made it negative.

    Returns
    -------
    ndarray > 0, account currency, rounded to nine decimals.
    """
    if model.p is None or model.q is None or model.v is None:
        raise ValueError(f"The Gamma-Gamma model is not available: {model.status_reason}.")
    repeats, mean = np.broadcast_arrays(
        np.asarray(x, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    )
    spent = np.where(repeats > 0, repeats * np.maximum(mean, 0.0), 0.0)
    return rounded((model.v + spent) * model.p / (model.p * repeats + model.q - 1))


def log_likelihood(x: Array, spend: Array, weight: Array, *, p: float, q: float, v: float) -> float:
    """Return the log of eq. 1a, weighted and summed over customers (as lifetimes 0.11.3 has it).

    Gamma(px+q) / (Gamma(px) Gamma(q)) v^q z^(px-1) x^px / (v + x z)^(px+q).
    """
    shape, total = p * x, v + x * spend
    terms = gammaln(shape + q) - gammaln(shape) - gammaln(q) - np.log(spend)
    terms = terms + q * np.log(v / total) + shape * np.log(x * spend / total)
    return float((weight * terms).sum())


def _correlation(x: Array, spend: Array, weight: Array) -> float | None:
    """Return Spearman's correlation of frequency and mean spend; null if either is flat."""
    if not weight.size:
        return None
    correlation = spearman(Ranked.of(x), Ranked.of(spend), weight)
    return rounded_number(correlation) if np.isfinite(correlation) else None


def _maximise(x: Array, spend: Array, weight: Array) -> Top:
    """Search log (p, q, v); functions of x alone are taken once per distinct x."""
    distinct, position = np.unique(x, return_inverse=True)

    def value(point: Array) -> float:
        p, q, v = np.exp(point)
        return log_likelihood(x, spend, weight, p=p, q=q, v=v)

    def slopes(parameters: Array) -> Array:
        p, q, v = parameters
        total = v + x * spend
        both = digamma(p * distinct + q)
        by_p = x * ((both - digamma(p * distinct))[position] + np.log(x * spend / total))
        by_q = (both - digamma(q))[position] + np.log(v / total)
        by_v = q / v - (p * x + q) / total
        return np.array([(weight * by).sum() for by in (by_p, by_q, by_v)])

    def gradient(point: Array) -> Array:
        parameters: Array = np.exp(point)
        return parameters * slopes(parameters)

    def hessian(point: Array) -> Array:
        parameters: Array = np.exp(point)
        p, q, v = parameters
        total = v + x * spend
        both = polygamma(1, p * distinct + q)
        by_p_p = x**2 * (both - polygamma(1, p * distinct))[position]
        by_p_q, by_p_v = x * both[position], -x / total
        by_q_q, by_q_v = (both - polygamma(1, q))[position], 1 / v - 1 / total
        by_v_v = (p * x + q) / total**2 - q / v**2
        rows = [[by_p_p, by_p_q, by_p_v], [by_p_q, by_q_q, by_q_v], [by_p_v, by_q_v, by_v_v]]
        full = np.array([[(weight * by).sum() for by in row] for row in rows])
        in_logs: Array = full * np.outer(parameters, parameters)
        return in_logs + np.diag(parameters * slopes(parameters))

    typical = float(np.average(np.log(spend), weights=weight))
    low, high = np.log(SEARCH_RANGE)
    return find_top(
        value,
        gradient,
        hessian,
        start=np.array([0.5, 1.0, typical]),
        low=np.array([low, low, typical - V_REACH]),
        high=np.array([high, high, typical + V_REACH]),
        scale=float(weight.sum()),
    )


def _checked_groups(groups: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return x, mean spend and weight of the distinct groups in a fixed order, or raise."""
    needed = ["repeats", "mean_spend", "customers"]
    missing = [name for name in needed if name not in groups.columns]
    if missing:
        raise ValueError(f"Spend groups lack {missing}; needed are {needed}.")
    values = groups[needed].astype("float64")
    if not bool(np.isfinite(values.to_numpy()).all()):
        raise ValueError("Spend groups hold null or infinite values; give all three columns.")
    wrong = (values["repeats"] < 1) | (values["mean_spend"] <= 0) | (values["customers"] <= 0)
    if bool(wrong.any()):
        raise ValueError(
            f"{int(wrong.sum())} of {len(values)} spend groups are impossible: repeats must be at "
            "least 1, mean_spend and customers above 0."
        )
    distinct = values.groupby(needed[:2], sort=True)["customers"].sum().reset_index()
    x, spend, weight = (distinct[name].to_numpy(dtype=np.float64) for name in needed)
    return x, spend, weight
