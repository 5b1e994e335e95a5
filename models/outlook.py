"""Tonight's predictions of every customer, what they were proven with, and what was fitted."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models.churn import ChurnModel
from models.churn_outlook import churn_outlook
from models.customer_histories import YEAR_DAYS, checked_histories, checked_past, weeks_of
from models.gamma_gamma import GammaGamma
from models.publication import Night, Source, history_days
from models.purchase_likelihood import ProcessKind
from models.purchase_process import PurchaseProcess, fit_purchase_process
from models.value_outlook import value_outlook

MAX_PAST_CUSTOMERS = 100_000
"""A past night's random sample; a logistic regression of six features has long settled by then."""
RESAMPLES = 200
"""Of the bootstrap: the limits of an interval are then good to about a tenth of its width."""
RUN_COLUMNS = [
    "model_id",
    "kind",
    "trained_on",
    "label",
    "population",
    "base_rate",
    "decision",
    "decision_reason",
]
"""As in `fct_model_runs`."""
PARAMETER_COLUMNS = ["model_id", "kind", "parameter", "estimate", "standard_error"]
"""As in `fct_model_parameters`."""
CHURN_LABEL = "no counted order day in the 90 days after the night, of those active in 180 before"
"""In words, for `fct_model_runs`."""


@dataclass(frozen=True)
class Outlook:
    """All that one night says about the future.

    Attributes
    ----------
    customers : indexed by `customer_id`: `p_alive` (MBG/NBD, null if not available),
        `churn_probability` (null unless active in 180 days), `expected_orders_90d` (order days),
        `expected_spend_365d` (net, undiscounted), `is_extrapolated` (365 days are more than half
        the history; null without expected spend), `prediction_source`,
        `value_prediction_source` (`none` exactly where the value is null).
    prediction_source, prediction_reason : of `churn_probability`, for the night.
    value_prediction_source, value_prediction_reason : of expected orders and spend.
    processes : MBG/NBD and BG/NBD of tonight.
    spend_model : Gamma-Gamma of tonight.
    churn_model : fitted tonight, published or not; null with too little data.
    backtest : columns of `models.backtest.COLUMNS`, both predictors and their difference.
    model_runs, parameters : rows of `RUN_COLUMNS` and `PARAMETER_COLUMNS`.
    """

    customers: pd.DataFrame
    prediction_source: Source
    prediction_reason: str
    value_prediction_source: Source
    value_prediction_reason: str
    processes: tuple[PurchaseProcess, PurchaseProcess]
    spend_model: GammaGamma
    churn_model: ChurnModel | None
    backtest: pd.DataFrame
    model_runs: pd.DataFrame
    parameters: pd.DataFrame


def predict_night(
    tonight: pd.DataFrame,
    past: pd.DataFrame,
    *,
    as_of_date: date,
    random_state: int,
    resamples: int = RESAMPLES,
) -> Outlook:
    """Predict every customer's future from tonight, with whatever was proven on past nights.

    Parameters
    ----------
    tonight : DataFrame
        Indexed by `customer_id`, columns of `customer_histories.HISTORY_COLUMNS` as of D.
    past : DataFrame
        The same for past nights, stacked, as `customer_histories.checked_past` describes; may be
        empty. Six nights a month apart, 90 to 240 days back, serve well; a year and two back too
        where the history reaches.
    as_of_date : D.
    resamples : of the bootstrap, at least 40.

    Returns
    -------
    Outlook

    Raises
    ------
    ValueError
        If the histories are impossible, or any label became known after D.
    """
    now = Night(as_of_date, checked_histories(tonight), _fit(checked_histories(tonight), "mbg_nbd"))
    random = np.random.default_rng(random_state)
    nights = [
        Night(cutoff, sampled, _fit(sampled, "mbg_nbd"))
        for cutoff, night in checked_past(past, as_of_date=as_of_date).items()
        for sampled in [_sample(night, random)]
    ]
    churn = churn_outlook(now, nights, resamples=resamples, random_state=random_state)
    value = value_outlook(now, nights, resamples=resamples, random_state=random_state + 1)
    beside = _fit(now.histories, "bg_nbd")
    customers = pd.DataFrame(index=now.histories.index)
    alive = now.p_alive()
    customers["p_alive"] = np.nan if alive is None else alive
    customers["churn_probability"] = churn.probability.reindex(customers.index)
    customers["expected_orders_90d"] = value.expected_orders_90d.reindex(customers.index)
    customers["expected_spend_365d"] = value.expected_spend_365d.reindex(customers.index)
    beyond_half = history_days(now.histories) < 2 * YEAR_DAYS
    has_value = customers["expected_spend_365d"].notna()
    customers["is_extrapolated"] = pd.Series(
        beyond_half, index=customers.index, dtype="boolean"
    ).where(has_value)
    has_churn = customers["churn_probability"].notna()
    customers["prediction_source"] = np.where(has_churn, churn.source, "none")
    customers["value_prediction_source"] = np.where(has_value, value.source, "none")
    parts = [part for part in (churn.backtest, value.backtest) if len(part)]
    fits = (now.process, beside, value.spend_model)
    return Outlook(
        customers=customers,
        prediction_source=churn.source,
        prediction_reason=churn.reason,
        value_prediction_source=value.source,
        value_prediction_reason=value.reason,
        processes=(now.process, beside),
        spend_model=value.spend_model,
        churn_model=churn.model,
        backtest=pd.concat(parts, ignore_index=True) if parts else churn.backtest,
        model_runs=_runs(
            fits,
            as_of_date=as_of_date,
            churn=churn.model,
            reasons={"churn": (churn.source, churn.reason), "value": (value.source, value.reason)},
        ),
        parameters=_parameters(fits, churn.model),
    )


def _fit(histories: pd.DataFrame, kind: ProcessKind) -> PurchaseProcess:
    """Fit a purchase process to a night's histories."""
    x, t_x, observed = weeks_of(histories)
    columns = {"repeats": x, "last_purchase_weeks": t_x, "observed_weeks": observed}
    return fit_purchase_process(pd.DataFrame(columns).assign(customers=1.0), kind=kind)


def _sample(night: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Return the night, or a random part of a big one, sorted by customer."""
    if len(night) <= MAX_PAST_CUSTOMERS:
        return night
    chosen = random.choice(len(night), size=MAX_PAST_CUSTOMERS, replace=False)
    return night.iloc[np.sort(chosen)]


def _kind(fit: PurchaseProcess | GammaGamma) -> str:
    return fit.kind if isinstance(fit, PurchaseProcess) else "gamma_gamma"


def _fit_id(fit: PurchaseProcess | GammaGamma) -> str:
    """Return the kind and 12 hex digits of the content's sha256: same content, same id."""
    text = json.dumps(asdict(fit), sort_keys=True, allow_nan=False).encode()
    return f"{_kind(fit)}-{hashlib.sha256(text).hexdigest()[:12]}"


def _parameters(
    fits: tuple[PurchaseProcess | GammaGamma, ...], churn: ChurnModel | None
) -> pd.DataFrame:
    rows = [
        {"model_id": _fit_id(fit), "kind": _kind(fit)} | row
        for fit in fits
        for row in fit.to_rows()
    ]
    if churn is not None:
        rows += [{"model_id": churn.model_id, "kind": "churn"} | row for row in churn.to_rows()]
    return pd.DataFrame(rows, columns=PARAMETER_COLUMNS)


def _runs(
    fits: tuple[PurchaseProcess | GammaGamma, ...],
    *,
    as_of_date: date,
    churn: ChurnModel | None,
    reasons: dict[str, tuple[Source, str]],
) -> pd.DataFrame:
    """Return one row per fitted model; `promoted` if its values are published, else `rejected`.

    The MBG/NBD is `scored` at least, its p_alive being published; the BG/NBD stands beside it.
    """
    rows: list[dict[str, Any]] = []
    for fit in fits:
        source, reason = reasons["value"]
        decision = "promoted" if source == "model" else "rejected"
        if fit.status != "available":
            decision, reason = "rejected", str(fit.status_reason)
        elif _kind(fit) == "bg_nbd":
            decision, reason = "scored", "fitted beside the MBG/NBD for comparison; not published"
        elif _kind(fit) == "mbg_nbd" and source != "model":
            decision, reason = "scored", f"p_alive only; expected values are not: {reason}"
        row = {"model_id": _fit_id(fit), "kind": _kind(fit), "population": fit.customers}
        rows.append(row | {"decision": decision, "decision_reason": reason})
    if churn is not None:
        source, reason = reasons["churn"]
        rows.append(
            {
                "model_id": churn.model_id,
                "kind": "churn",
                "label": CHURN_LABEL,
                "population": churn.population,
                "base_rate": churn.base_rate,
                "decision": "promoted" if source == "model" else "rejected",
                "decision_reason": reason,
            }
        )
    return pd.DataFrame(rows, columns=RUN_COLUMNS).assign(trained_on=as_of_date)
