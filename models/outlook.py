"""Tonight's predictions of every customer, what they were proven with, and what was fitted."""

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from models.churn_outlook import SILENCE, churn_outlook
from models.churn_proof import ChurnOutlook
from models.customer_histories import checked_histories, checked_past, weeks_of
from models.night_models import NightModels
from models.outlook_tables import PredictionModel, parameter_table, run_table
from models.plain_rules import PlainRules
from models.publication import Night, Source
from models.purchase_likelihood import ProcessKind
from models.purchase_process import PurchaseProcess, fit_purchase_process
from models.side_by_side import both, side_by_side
from models.value_outlook import ValueOutlook, value_outlook

MAX_PAST_CUSTOMERS = 100_000
"""A past night's random sample; a logistic regression of six features has long settled by then."""
PUBLISHED_PROCESS: ProcessKind = "mbg_nbd"
PROCESS_BESIDE: ProcessKind = "bg_nbd"
RESAMPLES = 200
"""Of the bootstrap: the limits of an interval are then good to about a tenth of its width."""


@dataclass(frozen=True)
class Outlook:
    """All that one night says about the future.

    Attributes
    ----------
    customers : indexed by `customer_id`: `p_alive` (MBG/NBD, null if not available),
        `churn_probability` (null for those of whom churn is not asked), `expected_orders_90d`
        (order days), `expected_spend_365d` (net, undiscounted), `is_extrapolated` (365 days are
        more than half the history; null without expected spend), `prediction_source`,
        `value_prediction_source` (`none` exactly where the value is null).
    prediction_source, prediction_reason : of `churn_probability`, for the night.
    value_prediction_source, value_prediction_reason : of expected orders and spend.
    models : what was fitted and is available, published or not: tonight's artifacts.
    backtest : columns of `models.backtest.COLUMNS`, both predictors and their difference.
    model_runs, parameters : rows of `outlook_tables.RUN_COLUMNS` and `PARAMETER_COLUMNS`.
    """

    customers: pd.DataFrame
    prediction_source: Source
    prediction_reason: str
    value_prediction_source: Source
    value_prediction_reason: str
    models: tuple[PredictionModel, ...]
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
    histories = checked_histories(tonight)
    process, beside = side_by_side(
        partial(_fit, histories, kind) for kind in (PUBLISHED_PROCESS, PROCESS_BESIDE)
    )
    now = Night(as_of_date, histories, process)
    random = np.random.default_rng(random_state)
    nights = [
        Night(cutoff, sampled, _fit(sampled, PUBLISHED_PROCESS))
        for cutoff, night in checked_past(past, as_of_date=as_of_date).items()
        for sampled in [_sample(night, random)]
    ]
    value, churn = both(
        partial(value_outlook, now, nights, resamples=resamples, random_state=random_state + 1),
        partial(churn_outlook, now, nights, resamples=resamples, random_state=random_state),
    )
    models = NightModels(
        process=now.process,
        spend_model=value.spend_model,
        churn_model=churn.model,
        rules=PlainRules(churn.plain, value.orders, value.spend, value.spend_days),
        churn_source=churn.source,
        value_source=value.source,
    )
    return _told(models, beside, now, churn, value)


def _told(
    models: NightModels,
    beside: PurchaseProcess,
    now: Night,
    churn: ChurnOutlook,
    value: ValueOutlook,
) -> Outlook:
    """Return the night's models, proofs and predictions as tables."""
    fits: tuple[PredictionModel, ...] = (models.process, beside, models.spend_model, models.rules)
    if churn.model is not None:
        fits = (*fits, churn.model)
    parts = [part for part in (churn.backtest, value.backtest) if len(part)]
    return Outlook(
        customers=models.customers(now.histories),
        prediction_source=churn.source,
        prediction_reason=churn.reason,
        value_prediction_source=value.source,
        value_prediction_reason=value.reason,
        models=fits,
        backtest=pd.concat(parts, ignore_index=True) if parts else churn.backtest,
        model_runs=run_table(
            fits,
            as_of_date=now.cutoff,
            label=SILENCE.label,
            churn=(churn.source, churn.reason),
            value=(value.source, value.reason),
        ),
        parameters=parameter_table(fits),
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
