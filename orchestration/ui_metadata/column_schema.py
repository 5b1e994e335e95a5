"""The columns of tables and where they come from, for the Dagster UI."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb

from orchestration.column_lineage import COLUMN_LINEAGE
from orchestration.landing_table import DUCKDB_TYPES, Column, LandingTable

COLUMN_SCHEMA = "dagster/column_schema"
MAX_SOURCES = 4


def of_landing(table: LandingTable) -> dict[str, Any]:
    """Return the columns that files of a landing table may have, and what is asked of each."""
    return {
        COLUMN_SCHEMA: dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name=column.name,
                    type=DUCKDB_TYPES[column.kind],
                    description=_asked_of(column),
                    constraints=dg.TableColumnConstraints(nullable=not column.is_required),
                )
                for column in table.columns
            ]
        )
    }


def stored_columns(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str
) -> dict[str, str]:
    """Return the types of a table's columns by name, in order, as the warehouse has them."""
    rows = connection.execute(
        "select column_name, lower(data_type) from duckdb_columns() where schema_name = ? "
        "and table_name = ? and database_name = current_database() order by column_index",
        [schema, table],
    ).fetchall()
    return dict(rows)


def of_table(columns: Mapping[str, str], lineage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry for columns with their types, and where each comes from.

    Dagster's own page draws column lineage nowhere (its paid one does), so that the sources stand
    beside the type, as constraints do: what it says of a column there comes from the event, and
    what it describes from the definition.
    """
    deps = lineage[COLUMN_LINEAGE].deps_by_column if COLUMN_LINEAGE in lineage else {}
    return {
        COLUMN_SCHEMA: dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name=name,
                    type=kind,
                    constraints=dg.TableColumnConstraints(other=_sources(name, deps.get(name, ()))),
                )
                for name, kind in columns.items()
            ]
        )
    }


def _sources(column: str, deps: Sequence[dg.TableColumnDep]) -> list[str]:
    """Name the columns that one comes from; of many, their tables and how many of each.

    A column of the same name is told by its table alone.
    """
    if len(deps) > MAX_SOURCES:
        tables = Counter(dep.asset_key.to_user_string() for dep in deps)
        named = [f"← {table} ({count})" for table, count in tables.most_common(MAX_SOURCES)]
        more = len(tables) - len(named)
        return [*named, f"and {more} more"] if more else named
    return [
        f"← {dep.asset_key.to_user_string()}"
        + ("" if dep.column_name == column else f".{dep.column_name}")
        for dep in deps
    ]


def _asked_of(column: Column) -> str:
    """Say whether a column must be there, and which values it may have."""
    parts = ["Required." if column.is_required else "Optional; null where it is missing."]
    if column.allowed:
        parts.append(f"One of {', '.join(column.allowed)}.")
    if column.lowest is not None and column.highest is not None:
        parts.append(f"From {column.lowest} to {column.highest}; else null.")
    return " ".join(parts)
