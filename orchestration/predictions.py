"""One night of predictions: what is expected of each customer, and what it was proven with."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from threadpoolctl import threadpool_limits

from models.contract_outlook import contract_outlook
from models.outlook import Outlook, predict_night
from models.outlook_tables import KINDS
from models.side_by_side import both
from orchestration.leak_check import leaks_of_contracts, leaks_of_purchases
from orchestration.ml_tables import columns_of, replace_all, replace_night
from orchestration.past_nights import contracts_tonight, past_contracts, past_purchases, purchases
from orchestration.prediction_models import drop_other_models, store_models
from orchestration.settings import Settings

# One seed for samples and bootstraps: a night that is run again must say the same.
RANDOM_STATE = 20250101
# Whoever has to have a row, by the features of the night.
EXPECTED = {
    "non_contractual": "features.customer_rfm where recency_days is not null",
    "contractual": "features.contract_histories where label_known_on is null",
}


@dataclass(frozen=True)
class PredictionNight:
    """What one night of predictions came to.

    `missing` counts the customers of whom something is asked that have no row, or more than one;
    `leaks` holds what features of past nights know of their future, as `leak_check` returns it.
    """

    outlook: Outlook
    missing: int
    leaks: pd.DataFrame


def run_predictions(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    models_folder: Path,
    as_of_date: date,
    run_id: str,
) -> PredictionNight:
    """Predict from tonight's histories what past nights have proven, and write the rows of `ml`.

    Raises
    ------
    models.artifacts.ArtifactError
        If a stored model of tonight's content was changed; nothing is written then.
    """
    options: dict[str, Any] = {"as_of_date": as_of_date, "random_state": RANDOM_STATE}
    # The matrices are of four columns: for them, threads cost a third of the time and gain none.
    with threadpool_limits(limits=1):
        if settings.relationship == "contractual":
            past = past_contracts(connection)
            outlook = contract_outlook(contracts_tonight(connection), past, **options)
            leaks = leaks_of_contracts(connection, past)
        else:
            past = past_purchases(connection)
            tonight = purchases(connection)
            outlook, leaks = both(
                partial(predict_night, tonight, past, **options),
                partial(leaks_of_purchases, connection, past),
            )
    store_models(outlook.models, models_folder)
    _write(connection, outlook, as_of_date, run_id)
    drop_other_models(connection, models_folder)
    missing = _customers_without_their_row(connection, EXPECTED[settings.relationship])
    return PredictionNight(outlook, missing, leaks)


def _customers_without_their_row(connection: duckdb.DuckDBPyConnection, expected: str) -> int:
    """Count them in the tables themselves, by what the features say of the night."""
    row = connection.execute(
        f"""
        select count(*)
        from (
            select customer_id, 1 as expected from {expected}
        ) as customers
        full join (
            select customer_id, count(*) as predicted from ml.customer_predictions group by all
        ) as predictions using (customer_id)
        where expected is distinct from predicted
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


def _write(
    connection: duckdb.DuckDBPyConnection, outlook: Outlook, as_of_date: date, run_id: str
) -> None:
    """Put the night's rows in place of those that stand; of customers, none of other nights."""
    night: dict[str, Any] = {"as_of_date": as_of_date, "run_id": run_id}
    customers = outlook.customers.rename_axis("customer_id").reset_index()
    replace_all(connection, "customer_predictions", customers, same=night)
    replace_all(connection, "model_parameters", outlook.parameters, same=night)
    sources = pd.DataFrame(
        {
            "scheme": ["churn_risk", "clv_tier"],
            "source": [outlook.prediction_source, outlook.value_prediction_source],
            "reason": [outlook.prediction_reason, outlook.value_prediction_reason],
        }
    )
    replace_night(connection, "prediction_sources", as_of_date, sources.assign(**night))
    backtests = outlook.backtest.rename(columns={"low": "estimate_low", "high": "estimate_high"})
    replace_night(connection, "model_backtests", as_of_date, backtests.assign(**night))
    unused: dict[str, Any] = {
        name: None for name in columns_of("model_runs") if name not in outlook.model_runs
    }
    runs = outlook.model_runs.assign(**(unused | night))
    runs["population"] = [
        None if pd.isna(customers) else f"{int(customers):,} customers"
        for customers in runs["population"]
    ]
    for kind in KINDS:
        replace_night(connection, "model_runs", as_of_date, runs[runs["kind"] == kind], kind=kind)
