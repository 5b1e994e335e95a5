"""Whether what is told of past nights was known on them."""

from collections.abc import Callable
from datetime import date

import duckdb
import pandas as pd

from models.churn import churn_features
from models.contract_histories import HAS_LEFT
from models.contract_outlook import contract_features
from models.customer_histories import is_active
from models.leaks import FINDING_COLUMNS, find_leaks
from orchestration.known_then import contracts_then, draw_sample, purchases_then


def leaks_of_purchases(connection: duckdb.DuckDBPyConnection, past: pd.DataFrame) -> pd.DataFrame:
    """Return what past purchase histories know of their future: a night, a feature and a finding.

    Parameters
    ----------
    past : as `customer_histories.checked_past` takes it.

    Returns
    -------
    DataFrame, columns of `leaks.find_leaks` and `cutoff_date`; empty if nothing is found.
    """
    return _leaks(
        past,
        draw_sample(connection, "customer_days", "customer_day_closures"),
        known_then=lambda cutoff: purchases_then(connection, cutoff),
        features=lambda histories: churn_features(histories, None),
        label=lambda histories: (histories["order_days_next_90d"] == 0)[is_active(histories)],
    )


def leaks_of_contracts(connection: duckdb.DuckDBPyConnection, past: pd.DataFrame) -> pd.DataFrame:
    """Return the same of past contract histories (`contract_histories.checked_past_contracts`)."""
    tables = ("customer_days", "customer_day_closures", "contracts", "holdings")
    return _leaks(
        past,
        draw_sample(connection, *tables),
        known_then=lambda cutoff: contracts_then(connection, cutoff),
        features=contract_features,
        label=lambda histories: histories[HAS_LEFT],
    )


def _leaks(
    past: pd.DataFrame,
    sample: pd.Series,
    *,
    known_then: Callable[[date], pd.DataFrame],
    features: Callable[[pd.DataFrame], pd.DataFrame],
    label: Callable[[pd.DataFrame], pd.Series],
) -> pd.DataFrame:
    """Look for leaks night by night, in the columns read and in the features made of them."""
    found = [pd.DataFrame(columns=[*FINDING_COLUMNS, "cutoff_date"])]
    of_sample = past[past["customer_id"].isin(sample)]
    days = pd.to_datetime(of_sample["cutoff_date"])
    # Of all nights: one that lacks the customers it should have is a leak too.
    for day in sorted(pd.to_datetime(past["cutoff_date"].unique())):
        used, cutoff = of_sample[days == day].set_index("customer_id"), day.date()
        then = known_then(cutoff)
        findings = find_leaks(
            _with_features(used[[*then.columns]], features(used)),
            _with_features(then, features(then)),
            label=label(used).astype("float64"),
        )
        if len(findings):
            found.append(findings.assign(cutoff_date=cutoff))
    return pd.concat(found[1:] or found, ignore_index=True)


def _with_features(columns: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Return both side by side; a feature may be called like the column that it is made of."""
    return columns.join(features.add_prefix("feature "))
