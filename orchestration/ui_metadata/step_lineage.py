"""Where the columns of Python steps come from; those of dbt models are read from their SQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb

from models.contract_histories import CONTRACT_COLUMNS, HAS_LEFT
from models.customer_histories import HISTORY_COLUMNS, OUTCOME_COLUMNS
from orchestration.column_lineage import COLUMN_LINEAGE
from orchestration.exports.profiles import source_of
from orchestration.landing_schema import LANDING
from orchestration.ml_tables import columns_of, count_rows
from orchestration.ui_metadata.column_schema import of_table, stored_columns

# A column of an asset: schema, table, column.
Source = tuple[str, str, str]

NIGHT: dict[str, tuple[Source, ...]] = {
    name: (("ops", "night", name),) for name in ("as_of_date", "run_id")
}
# By what came afterwards, clusterings are chosen among.
CHOSEN_BY = ("separation", "separation_low", "separation_high", "is_chosen", "verdict", "reason")
HISTORIES = {
    "non_contractual": (
        *(("features", "purchase_histories", name) for name in HISTORY_COLUMNS),
        *(("features", "past_purchase_histories", name) for name in OUTCOME_COLUMNS),
    ),
    "contractual": tuple(
        ("features", "contract_histories", name) for name in [*CONTRACT_COLUMNS, HAS_LEFT]
    ),
}
PURCHASE_PROCESS = tuple(
    ("features", "purchase_histories", name)
    for name in ("order_days", "recency_days", "observed_days")
)
CADENCE = tuple(("features", "cadence_groups", name) for name in ("gaps", "gap_days", "customers"))


def lineage(deps: Mapping[str, Iterable[Source]]) -> dict[str, Any]:
    """Return the metadata entry; a column that the step itself makes comes from no column."""
    return {
        COLUMN_LINEAGE: dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(asset_key=dg.AssetKey([schema, table]), column_name=name)
                    for schema, table, name in sources
                ]
                for column, sources in deps.items()
            }
        )
    }


def of_ingest(table: str, columns: Iterable[str]) -> dict[str, Any]:
    """Return the lineage of a table of `raw`; what is no column of the files is the ingest's own.

    Beside a time stands its business day, which comes from it.
    """
    landed: dict[str, str] = {}
    if table in LANDING:
        for column in LANDING[table].columns:
            landed |= {name: column.name for name in (column.name, column.date_name) if name}
    return lineage(
        {
            column: [("landing", table, landed[column])] if column in landed else []
            for column in columns
        }
    )


def of_night_settings(columns: Iterable[str]) -> dict[str, Any]:
    """Return the lineage of the night's one row: settings, and the currency of the lines."""
    return lineage(
        {name: [("raw", "transactions", name)] if name == "currency" else [] for name in columns}
    )


def of_cadence() -> dict[str, Any]:
    """Return the lineage of the population's cadence."""
    return lineage({name: NIGHT.get(name, CADENCE) for name in columns_of("cadence_parameters")})


def of_behaviour(table: str, features: Sequence[str]) -> dict[str, Any]:
    """Return the lineage of a table of the behaviour segments, learned from all features."""
    tonight = tuple(("features", "customer_behaviour", name) for name in features)
    later = (*tonight, ("features", "past_customer_behaviour", "spend_next_90d"))
    customer: dict[str, tuple[Source, ...]] = {
        "customer_id": (("features", "customer_behaviour", "customer_id"),)
    }
    chosen = dict.fromkeys(CHOSEN_BY if table == "cluster_candidates" else (), later)
    return lineage(
        {name: ({**NIGHT, **customer, **chosen}).get(name, tonight) for name in columns_of(table)}
    )


def of_predictions(table: str, relationship: str) -> dict[str, Any]:
    """Return the lineage of a table of the predictions."""
    histories = HISTORIES[relationship]
    own: dict[str, tuple[Source, ...]] = {
        "customer_id": ((*histories[0][:2], "customer_id"),),
        "p_alive": PURCHASE_PROCESS,
    }
    return lineage({name: ({**NIGHT, **own}).get(name, histories) for name in columns_of(table)})


def of_serving(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, Any]:
    """Return the lineage of what is served: `table.column` is the mart's column of that name."""
    return lineage(
        {
            f"{table}.{column}": [("marts", table, column)]
            for table, column in _served_columns(connection, tables)
        }
    )


def of_postgres(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, Any]:
    """Return the lineage of the copy in Postgres, which has the columns that are served."""
    names = [f"{table}.{column}" for table, column in _served_columns(connection, tables)]
    return lineage({name: [("serving", "strata", name)] for name in names})


def of_profiles(columns: Iterable[str]) -> dict[str, Any]:
    """Return the lineage of the profiles, each column from one that is served."""
    return lineage({name: [("serving", "strata", source_of(name))] for name in columns})


def _served_columns(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[str]
) -> list[tuple[str, str]]:
    """Return tables and columns; what every table carries of its night would be a sixth of them."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' "
        "and database_name = current_database() order by table_name, column_index"
    ).fetchall()
    served = set(tables)
    return [(table, column) for table, column in rows if table in served and column not in NIGHT]


def about_table(
    connection: duckdb.DuckDBPyConnection, table: str, lineage: Mapping[str, Any]
) -> dict[str, Any]:
    """Return rows, columns and lineage of a table of `ml` as it stands."""
    return {
        "dagster/row_count": count_rows(connection, table),
        **of_table(stored_columns(connection, "ml", table), lineage),
        **lineage,
    }
