"""The churn of customers with contracts: all ended, or most of the balance gone, in 90 days."""

from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from models.churn_model import ChurnModel
from models.churn_proof import ChurnQuestion, Evidence, prove_churn
from models.contract_histories import HAS_LEFT, checked_contracts, checked_past_contracts
from models.outlook import RESAMPLES, Outlook
from models.outlook_tables import PredictionModel, parameter_table, run_table
from models.plain_rules import PlainRules
from models.prediction_baselines import fit_cell_baseline
from models.publication import Source

CONTRACT_FEATURES = {
    "tenure": "log(1 + tenure_days)",
    "contract_age": "log(1 + latest_contract_days), 0 without an active contract",
    "active_contracts": "log(1 + active_contracts)",
    "ended_contracts": "log(1 + ended_contracts_365d)",
    "balance": "log(1 + balance), 0 without one",
    "decline_30d": "log((1 + balance_30d_ago) / (1 + balance)), 0 where there was none",
    "decline_90d": "the same over 90 days",
    "free_decline_90d": "the same without an active contract, else 0: that money is gone already, "
    "while a contract may still end",
    "order_days_92d": "log(1 + order_days_92d)",
    "order_days_365d": "log(1 + order_days_365d)",
}
"""All known on the cutoff; a contract's amount and status are as of today and take no part."""
TENURE_BANDS = (90, 365, 1095)
"""Days; the cells of the plain rule begin at them."""
HALVED = 0.5
"""A balance at or under this share of that of 90 days ago is falling, to the plain rule."""
LEAVING = ChurnQuestion(
    target="churn_contract_90d",
    label="no active contract 90 days after the night, or the balance down by 80 % or more, of "
    "those with an active contract or a positive balance",
    fit_plain=partial(fit_cell_baseline, name="tenure_and_decline"),
)
NO_VALUE = (
    "Accounts with contracts: expected orders and spend are those of customers who come and go "
    "unseen; a contract tells both, so the MBG/NBD is not fitted."
)


def contract_features(histories: pd.DataFrame) -> pd.DataFrame:
    """Return `CONTRACT_FEATURES` of checked histories; a balance below 0 counts as 0."""
    names = ["balance", "balance_30d_ago", "balance_90d_ago"]
    is_free = histories["active_contracts"] == 0
    logs = {name: np.log1p(histories[name].fillna(0.0).clip(lower=0.0)) for name in names}
    declines = {
        days: (logs[f"balance_{days}_ago"] - logs["balance"]).where(
            histories[f"balance_{days}_ago"].notna(), 0.0
        )
        for days in ("30d", "90d")
    }
    return pd.DataFrame(
        {
            "tenure": np.log1p(histories["tenure_days"]),
            "contract_age": np.log1p(histories["latest_contract_days"].fillna(0.0)),
            "active_contracts": np.log1p(histories["active_contracts"]),
            "ended_contracts": np.log1p(histories["ended_contracts_365d"]),
            "balance": logs["balance"],
            "decline_30d": declines["30d"],
            "decline_90d": declines["90d"],
            "free_decline_90d": declines["90d"].where(is_free, 0.0),
            "order_days_92d": np.log1p(histories["order_days_92d"]),
            "order_days_365d": np.log1p(histories["order_days_365d"]),
        }
    )


def plain_cells(histories: pd.DataFrame) -> pd.Series:
    """Return the cell of the plain rule: band of tenure, and whether the balance halved.

    4 times 0 (no balance 90 days ago), 1 (not halved since) or 2 (halved), plus the band.
    """
    band = np.digitize(histories["tenure_days"], TENURE_BANDS)
    before = histories["balance_90d_ago"]
    halved = histories["balance"] <= HALVED * before
    state = np.where(before > 0, np.where(halved, 2, 1), 0)
    return pd.Series(4 * state + band, index=histories.index, name="cell")


def contract_outlook(
    tonight: pd.DataFrame,
    past: pd.DataFrame,
    *,
    as_of_date: date,
    random_state: int,
    resamples: int = RESAMPLES,
) -> Outlook:
    """Predict who leaves by contract, with whatever was proven on past nights.

    Parameters
    ----------
    tonight : DataFrame, indexed by `customer_id`, columns of
        `contract_histories.CONTRACT_COLUMNS` as of D.
    past : DataFrame
        The same for past nights, stacked, as `checked_past_contracts` describes; may be empty.
    as_of_date : D.
    resamples : of the bootstrap, at least 40.

    Raises
    ------
    ValueError
        If the histories are impossible, or any label became known after D.
    """
    now = checked_contracts(tonight)
    nights = checked_past_contracts(past, as_of_date=as_of_date)
    churn = prove_churn(
        LEAVING,
        [_evidence(cutoff, night) for cutoff, night in nights.items()],
        as_of_date=as_of_date,
        lack=None if len(now) else "no customer has an active contract or a positive balance",
        resamples=resamples,
        random_state=random_state,
    )
    rules = PlainRules(churn.plain, None, None, None)
    fits: tuple[PredictionModel, ...] = (rules,)
    if churn.model is not None:
        fits = (*fits, churn.model)
    return Outlook(
        customers=contract_customers(now, churn.model, rules, churn.source),
        prediction_source=churn.source,
        prediction_reason=churn.reason,
        value_prediction_source="none",
        value_prediction_reason=NO_VALUE,
        models=fits,
        backtest=churn.backtest,
        model_runs=run_table(
            fits,
            as_of_date=as_of_date,
            label=LEAVING.label,
            churn=(churn.source, churn.reason),
            value=("none", NO_VALUE),
        ),
        parameters=parameter_table(fits),
    )


def contract_customers(
    histories: pd.DataFrame, model: ChurnModel | None, rules: PlainRules, source: Source
) -> pd.DataFrame:
    """Return the predictions of checked histories, column by column as `Outlook` says."""
    if source == "model":
        assert model is not None
        probability = model.predict(contract_features(histories))
    elif source == "baseline":
        assert rules.churn is not None
        probability = rules.churn.predict(plain_cells(histories))
    else:
        probability = pd.Series(np.nan, index=histories.index)
    return pd.DataFrame(
        {
            "p_alive": np.nan,
            "churn_probability": probability,
            "expected_orders_90d": np.nan,
            "expected_spend_365d": np.nan,
            "is_extrapolated": pd.array([None] * len(histories), dtype="boolean"),
            "prediction_source": source,
            "value_prediction_source": "none",
        },
        index=histories.index,
    )


def _evidence(cutoff: date, histories: pd.DataFrame) -> Evidence:
    """Return what is known of a past night's customers, and who of them left."""
    features, cells = contract_features(histories), plain_cells(histories)
    return Evidence(cutoff, features, cells, histories[HAS_LEFT])
