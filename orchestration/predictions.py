"""One night of predictions: what is expected of each customer, and what it was proven with."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from models.customer_histories import HISTORY_COLUMNS, OUTCOME_COLUMNS
from models.outlook import Outlook, predict_night
from orchestration.feature_frames import read_doubles
from orchestration.ml_tables import columns_of, replace_all, replace_night
from orchestration.settings import Settings

# One seed for samples and bootstraps: a night that is run again must say the same.
RANDOM_STATE = 20250101
KINDS = ("mbg_nbd", "bg_nbd", "gamma_gamma", "churn")
CONTRACTUAL = (
    "Accounts with contracts lose customers by contract, not by silence; this version of Strata "
    "does not predict that."
)


@dataclass(frozen=True)
class PredictionNight:
    """What one night of predictions came to.

    `outlook` is null where nothing is predicted; `missing` counts the customers with a counted
    order that have no row, or more than one.
    """

    outlook: Outlook | None
    missing: int


def run_predictions(
    connection: duckdb.DuckDBPyConnection, settings: Settings, as_of_date: date, run_id: str
) -> PredictionNight:
    """Predict from tonight's histories what past nights have proven, and write the rows of `ml`."""
    if settings.relationship == "contractual":
        _write_nothing(connection, as_of_date, run_id)
        return PredictionNight(None, 0)
    tonight = read_doubles(connection, "features.purchase_histories", [*HISTORY_COLUMNS])
    outlook = predict_night(
        tonight, _read_past(connection), as_of_date=as_of_date, random_state=RANDOM_STATE
    )
    _write(connection, outlook, as_of_date, run_id)
    return PredictionNight(outlook, _customers_without_their_row(connection))


def _customers_without_their_row(connection: duckdb.DuckDBPyConnection) -> int:
    """Count them in the tables themselves, by what the features say of the night."""
    row = connection.execute(
        """
        select count(*)
        from (
            select customer_id, 1 as expected from features.customer_rfm
            where recency_days is not null
        ) as customers
        full join (
            select customer_id, count(*) as predicted from ml.customer_predictions group by all
        ) as predictions using (customer_id)
        where expected is distinct from predicted
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


def _read_past(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the sampled customers of past nights with what came of them, night under night."""
    table = "features.past_purchase_histories"
    nights = connection.execute(
        f"select cutoff_date, min(label_known_on) from {table} group by all order by all"
    ).fetchall()
    names = [*HISTORY_COLUMNS, *OUTCOME_COLUMNS]
    frames = [
        read_doubles(connection, table, names, where=f"cutoff_date = date '{cutoff}'")
        .reset_index()
        .assign(cutoff_date=cutoff, label_known_on=known_on)
        for cutoff, known_on in nights
    ]
    if not frames:
        return pd.DataFrame(columns=["customer_id", *names, "cutoff_date", "label_known_on"])
    return pd.concat(frames, ignore_index=True)


def _write(
    connection: duckdb.DuckDBPyConnection, outlook: Outlook, as_of_date: date, run_id: str
) -> None:
    """Put the night's rows in place of those that stand; of customers, none of other nights."""
    night: dict[str, Any] = {"as_of_date": as_of_date, "run_id": run_id}
    replace_all(connection, "customer_predictions", outlook.customers.reset_index().assign(**night))
    replace_all(connection, "model_parameters", outlook.parameters.assign(**night))
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
    runs["population"] = [f"{int(customers):,} customers" for customers in runs["population"]]
    for kind in KINDS:
        replace_night(connection, "model_runs", as_of_date, runs[runs["kind"] == kind], kind=kind)


def _write_nothing(connection: duckdb.DuckDBPyConnection, as_of_date: date, run_id: str) -> None:
    """Leave no prediction of an earlier setting behind, and say why there is none."""
    for table in ("customer_predictions", "model_parameters"):
        replace_all(connection, table, pd.DataFrame(columns=columns_of(table)))
    replace_night(
        connection,
        "model_backtests",
        as_of_date,
        pd.DataFrame(columns=columns_of("model_backtests")),
    )
    for kind in KINDS:
        replace_night(
            connection,
            "model_runs",
            as_of_date,
            pd.DataFrame(columns=columns_of("model_runs")),
            kind=kind,
        )
    sources = [
        {"scheme": scheme, "source": "none", "reason": CONTRACTUAL}
        for scheme in ("churn_risk", "clv_tier")
    ]
    replace_night(
        connection,
        "prediction_sources",
        as_of_date,
        pd.DataFrame(sources).assign(as_of_date=as_of_date, run_id=run_id),
    )
