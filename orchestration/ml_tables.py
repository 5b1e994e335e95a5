"""The tables of schema `ml`: what the Python models learn and score, night by night."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from orchestration.growing_tables import create_or_extend

TABLES: dict[str, str] = {
    "cadence_parameters": """
        as_of_date date not null, run_id varchar not null, r double, alpha double,
        r_standard_error double, alpha_standard_error double, log_likelihood double,
        gaps bigint not null, customers bigint not null, status varchar not null,
        status_reason varchar
    """,
    "behaviour_scores": """
        as_of_date date not null, run_id varchar not null, customer_id varchar not null,
        model_id varchar not null, segment_id varchar not null, score double not null,
        margin double, is_borderline boolean not null, next_segment_id varchar,
        reason_1 varchar, reason_2 varchar, reason_3 varchar,
        nearest_segment_id varchar, nights_across bigint, cause varchar,
        border_states varchar
    """,
    "rechained_nights": """
        as_of_date date not null, run_id varchar not null
    """,
    "told_anew": """
        as_of_date date not null, run_id varchar not null
    """,
    "behaviour_segments": """
        segment_id varchar not null, segment_name varchar not null,
        segment_name_zh varchar not null, description varchar not null,
        rule_text varchar not null, recommended_action varchar not null,
        first_seen date not null, last_seen date not null, status varchar not null,
        successor_of varchar, model_id varchar not null,
        origin varchar, ending varchar, ended_in varchar,
        description_zh varchar, rule_text_zh varchar, recommended_action_zh varchar,
        short_rule varchar, short_rule_zh varchar, rule_precision double, rule_recall double,
        typical_customer varchar, typical_customer_zh varchar
    """,
    "model_runs": """
        as_of_date date not null, run_id varchar not null, model_id varchar not null,
        kind varchar not null, trained_on date, n_clusters bigint, verdict varchar,
        silhouette double, stability double, agreement_with_previous double,
        drift_max_psi double, decision varchar not null, decision_reason varchar,
        label varchar, population varchar, base_rate double, far_share double,
        far_share_limit double, is_taken_back boolean
    """,
    "customer_predictions": """
        as_of_date date not null, run_id varchar not null, customer_id varchar not null,
        p_alive double, churn_probability double, expected_orders_90d double,
        expected_spend_365d double, prediction_source varchar not null,
        value_prediction_source varchar not null, is_extrapolated boolean
    """,
    "model_parameters": """
        as_of_date date not null, run_id varchar not null, model_id varchar not null,
        kind varchar not null, parameter varchar not null, estimate double,
        standard_error double
    """,
    "prediction_sources": """
        as_of_date date not null, run_id varchar not null, scheme varchar not null,
        source varchar not null, reason varchar not null
    """,
    "model_backtests": """
        as_of_date date not null, run_id varchar not null, target varchar not null,
        predictor varchar not null, metric varchar not null, held_out_date date not null,
        customers bigint not null, estimate double, estimate_low double, estimate_high double
    """,
    "feature_drift": """
        as_of_date date not null, run_id varchar not null, model_id varchar not null,
        feature varchar not null, psi double not null, psi_limit double not null,
        is_drifted boolean not null
    """,
    "segment_descents": """
        as_of_date date not null, run_id varchar not null, model_id varchar not null,
        segment_id varchar not null, event varchar not null, is_current boolean not null,
        other_segment_id varchar, overlap double
    """,
    "cluster_candidates": """
        as_of_date date not null, model_id varchar not null, n_clusters bigint not null,
        silhouette double, stability double, min_share double, is_valid boolean not null,
        is_chosen boolean not null, reason varchar, method varchar, null_silhouette_95 double,
        p_value double, stability_resamples bigint, null_stability_95 double, separation double,
        separation_low double, separation_high double, verdict varchar
    """,
    "cluster_profiles": """
        as_of_date date not null, model_id varchar not null, segment_id varchar not null,
        feature varchar not null, mean double, base_mean double, index_vs_base double, z double
    """,
}


def create_ml_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of `ml` where they, or columns of them, are missing."""
    for name, columns in TABLES.items():
        create_or_extend(connection, "ml", name, columns)


def columns_of(table: str) -> list[str]:
    """Return the column names of one table, in order."""
    return [part.split()[0] for part in TABLES[table].split(",")]


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the rows of one table, all nights that it holds taken together."""
    row = connection.execute(f"select count(*) from ml.{table}").fetchone()
    assert row is not None
    return int(row[0])


def read_profiles(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """Return how far each behaviour segment of a night lies from everybody: a row a feature."""
    return connection.execute(
        "select segment_id, feature, z from ml.cluster_profiles where as_of_date = ? order by all",
        [as_of_date],
    ).df()


@contextmanager
def one_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do what a `with` block does as a whole, or nothing of it."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def replace_night(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    as_of_date: date,
    rows: pd.DataFrame,
    *,
    kind: str | None = None,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Put one night's rows into a table in place of those it had, in a transaction of its own.

    The arguments are those of `put_night`.
    """
    with one_transaction(connection):
        put_night(connection, table, as_of_date, rows, kind=kind, same=same)


def put_night(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    as_of_date: date,
    rows: pd.DataFrame,
    *,
    kind: str | None = None,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Put one night's rows into a table in place of those it had; other nights stay.

    `rows` holds the table's columns by name, but for those of `same`, which have one value in all
    rows: a million copies of it cost seconds. A missing column is an error. With `kind`, only the
    night's rows of that kind are replaced. The caller holds a transaction.
    """
    of_kind = "" if kind is None else f" and kind = '{kind}'"
    connection.execute(f"delete from ml.{table} where as_of_date = ?{of_kind}", [as_of_date])
    _insert(connection, table, rows, same or {})


def replace_all(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: pd.DataFrame,
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Put `rows` into a table in place of all that it holds, in a transaction of its own.

    The arguments are those of `put_all`.
    """
    with one_transaction(connection):
        put_all(connection, table, rows, same=same)


def put_all(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: pd.DataFrame,
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Put `rows` into a table in place of all that it holds; `same` as `put_night` takes it.

    The caller holds a transaction.
    """
    connection.execute(f"delete from ml.{table}")
    _insert(connection, table, rows, same or {})


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, same: Mapping[str, Any]
) -> None:
    if rows.empty:
        return
    # Arrow hands columns over as they are; from a frame, DuckDB reads text value by value.
    own = [name for name in columns_of(table) if name not in same]
    arrow = pa.Table.from_pandas(rows[own], preserve_index=False)
    connection.register("new_rows", arrow)
    constants = "".join(f", ? as {name}" for name in same)
    connection.execute(
        f"insert into ml.{table} by name select *{constants} from new_rows", [*same.values()]
    )
    connection.unregister("new_rows")
