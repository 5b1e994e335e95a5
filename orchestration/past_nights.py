"""What predictions learn from and tell from: tonight's customers, and those of past nights."""

from collections.abc import Sequence

import duckdb
import pandas as pd

from models.contract_histories import CONTRACT_COLUMNS, HAS_LEFT, ORDER_COUNTS
from models.customer_histories import HISTORY_COLUMNS, OUTCOME_COLUMNS
from orchestration.feature_frames import read_doubles

PURCHASES = "features.past_purchase_histories"
CONTRACTS = "features.contract_histories"
OWN_COLUMNS = [name for name in CONTRACT_COLUMNS if name not in ORDER_COUNTS]


def purchases(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return tonight's purchase histories, indexed by `customer_id`."""
    return read_doubles(connection, "features.purchase_histories", [*HISTORY_COLUMNS])


def past_purchases(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the sampled customers of past nights with what came of them, night under night."""
    return _nights(connection, PURCHASES, [*HISTORY_COLUMNS, *OUTCOME_COLUMNS])


def contracts_tonight(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return tonight's customers with a contract or a balance, indexed by `customer_id`."""
    own = read_doubles(connection, CONTRACTS, OWN_COLUMNS, where="label_known_on is null")
    orders = read_doubles(connection, "features.purchase_histories", [*ORDER_COUNTS])
    return own.join(orders.reindex(own.index).fillna(0.0))


def past_contracts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the same of past nights with who left, night under night."""
    contracts = _nights(connection, CONTRACTS, [*OWN_COLUMNS, HAS_LEFT])
    orders = _nights(connection, PURCHASES, [*ORDER_COUNTS])
    keys = ["cutoff_date", "customer_id"]
    joined = contracts.merge(orders.drop(columns="label_known_on"), on=keys, how="left")
    return joined.fillna(dict.fromkeys(ORDER_COUNTS, 0.0))


def _nights(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]
) -> pd.DataFrame:
    """Return the past nights of a table; columns and no rows where there is none."""
    nights = connection.execute(
        f"select cutoff_date, min(label_known_on) from {table} where label_known_on is not null "
        "group by all order by all"
    ).fetchall()
    frames = [
        read_doubles(connection, table, names, where=f"cutoff_date = date '{cutoff}'")
        .reset_index()
        .assign(cutoff_date=pd.Timestamp(cutoff), label_known_on=pd.Timestamp(known_on))
        for cutoff, known_on in nights
    ]
    if not frames:
        columns = ["customer_id", *names, "cutoff_date", "label_known_on"]
        return pd.DataFrame(columns=columns).astype(dict.fromkeys(names, "float64"))
    return pd.concat(frames, ignore_index=True)
