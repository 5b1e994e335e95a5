"""The warehouse of a rebuild: raw and the results of other nights, copied from the live one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from orchestration.landing.schema import create_raw_schema
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema

LIVE = "live"
# The one table of full night rows: only nights that the rebuilt one is compared with are needed.
NIGHT_ROWS = "customer_segments"
# A past night's next days, known once a night that much later has run.
OUTCOMES, OUTCOME_DAYS = "segment_outcomes", 90
# Follows from the changes of all nights, and is told as a whole where it is not there.
STAYS = "segment_stays"
# Of whatever night: whoever was a customer on one, for too few would show who refused; and the
# numbers of segments, by which the night before holds them, whichever night gave them.
OF_ALL_NIGHTS = ("seen_customers", "segment_numbers")
# Nights that did not come to their end; the rebuilt night takes them back.
UNFINISHED = "unfinished_nights"
_IS_FINISHED = f"as_of_date not in (select as_of_date from ops.{UNFINISHED})"


@dataclass(frozen=True)
class CopyPlan:
    """What a rebuild may know.

    Attributes
    ----------
    as_of_date : the night to rebuild; of its own results only the model is taken over.
    last_file_seq : the last landed file, in load order; None takes all.
    has_later_nights : whether nights after it stand, as they do when live tables are compared.
    kept_tables : tables of schema `segments` that keep earlier nights.
    unknown_nights : nights whose models came later than what may be known.
    """

    as_of_date: date
    kept_tables: tuple[str, ...]
    last_file_seq: int | None = None
    has_later_nights: bool = False
    unknown_nights: tuple[date, ...] = field(default=())

    @property
    def other_nights(self) -> str:
        """The condition on `as_of_date` for results of other nights."""
        comparison = "<>" if self.has_later_nights else "<"
        return f"as_of_date {comparison} date '{self.as_of_date}'"

    @property
    def nights_of_models(self) -> str:
        """The condition on `as_of_date` for what was learned; a night keeps its own model."""
        known = "true" if self.has_later_nights else f"as_of_date <= date '{self.as_of_date}'"
        days = ", ".join(f"date '{night}'" for night in self.unknown_nights)
        return known + (f" and as_of_date not in ({days})" if days else "")


@contextmanager
def live_attached(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Iterator[None]:
    """Attach the live warehouse, read-only, for one `with` block; the caller holds its lock."""
    path = str(warehouse).replace("'", "''")
    connection.execute(f"attach '{path}' as {LIVE} (read_only)")
    try:
        yield
    finally:
        connection.execute(f"detach {LIVE}")


def copy_what_is_known(connection: duckdb.DuckDBPyConnection, plan: CopyPlan) -> None:
    """Fill an empty warehouse from the attached live one with all that a night starts from."""
    _copy_raw(connection, plan)
    create_ops_schema(connection)
    _copy(connection, "ops", "account")
    if UNFINISHED in tables_of(connection, "ops"):
        _copy(connection, "ops", UNFINISHED, plan.other_nights)
    _copy(connection, "ops", "check_results", plan.other_nights)
    _copy_models(connection, plan)
    _copy_segments(connection, plan)


def tables_of(
    connection: duckdb.DuckDBPyConnection, schema: str, *, database: str = LIVE
) -> dict[str, list[str]]:
    """Return the columns of each table of a schema, from the catalogue; views are left out."""
    rows = connection.execute(
        """
        select tables.table_name, list(columns.column_name order by columns.column_index)
        from duckdb_tables() as tables
        join duckdb_columns() as columns using (database_name, schema_name, table_name)
        where database_name = ? and schema_name = ?
        group by tables.table_name
        order by tables.table_name
        """,
        [database, schema],
    ).fetchall()
    return dict(rows)


def _copy_raw(connection: duckdb.DuckDBPyConnection, plan: CopyPlan) -> None:
    """Copy the rows of every landed file that may be known; copies of files included."""
    create_raw_schema(connection)
    for table, columns in tables_of(connection, "raw").items():
        is_known = "true"
        if plan.last_file_seq is not None and "file_seq" in columns:
            is_known = f"file_seq <= {plan.last_file_seq}"
        _copy(connection, "raw", table, is_known)


def _copy_models(connection: duckdb.DuckDBPyConnection, plan: CopyPlan) -> None:
    """Copy which models there are; customers' scores are computed anew.

    From where they stood on the night before, on which border customers depend.
    """
    create_ml_schema(connection)
    for table, columns in tables_of(connection, "ml").items():
        if "as_of_date" in columns and "customer_id" not in columns:
            _copy(connection, "ml", table, plan.nights_of_models)
    there = tables_of(connection, "ml")
    if "behaviour_scores" in there and "model_runs" in there:
        night_before = (
            "(select max(as_of_date) from ml.model_runs where kind = 'behaviour' "
            f"and is_taken_back is not true and as_of_date < date '{plan.as_of_date}' "
            f"and {_IS_FINISHED})"
        )
        _copy(connection, "ml", "behaviour_scores", f"as_of_date = {night_before}")
    if plan.has_later_nights:
        _copy(connection, "ml", "behaviour_segments")


def _copy_segments(connection: duckdb.DuckDBPyConnection, plan: CopyPlan) -> None:
    """Copy what is kept of other nights.

    Where later nights stand, the night is one that is run again: what the next one is compared with
    is told by the changes up to it, the night's own included, until the run replaces them.
    """
    there = tables_of(connection, "segments")
    kept = plan.other_nights
    if plan.has_later_nights and _stand_later(connection, plan):
        kept = "true"
    for table in plan.kept_tables:
        if table in there and table not in (NIGHT_ROWS, OUTCOMES, STAYS):
            _copy(connection, "segments", table, "true" if table in OF_ALL_NIGHTS else kept)
    if OUTCOMES in there:
        _copy(connection, "segments", OUTCOMES, f"{plan.other_nights} and {_is_told(plan)}")
    if NIGHT_ROWS in there:
        _copy(connection, "segments", NIGHT_ROWS, f"{plan.other_nights} and {_is_beside(plan)}")


def _stand_later(connection: duckdb.DuckDBPyConnection, plan: CopyPlan) -> bool:
    row = connection.execute(
        f"select max(as_of_date) > ? from {LIVE}.segments.segment_nights", [plan.as_of_date]
    ).fetchone()
    return row is not None and bool(row[0])


def _is_told(plan: CopyPlan) -> str:
    """Return the condition on outcomes that were known before the night itself was run."""
    if plan.has_later_nights:
        return "true"
    return (
        f"as_of_date <= (select max(as_of_date) - {OUTCOME_DAYS} "
        f"from {LIVE}.segments.segment_nights where {plan.other_nights})"
    )


def _is_beside(plan: CopyPlan) -> str:
    """Return the condition on full night rows: those of the nights next to the night."""
    night = f"date '{plan.as_of_date}'"
    nights = f"from {LIVE}.segments.{NIGHT_ROWS} where {_IS_FINISHED} and as_of_date"
    return (
        "(scheme, as_of_date) in ("
        f"select (scheme, max(as_of_date)) {nights} < {night} group by scheme "
        "union all "
        f"select (scheme, min(as_of_date)) {nights} > {night} group by scheme)"
    )


def _copy(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, where: str = "true"
) -> None:
    """Copy rows into the table of the same name, which is made if it is not there."""
    rows = f"select * from {LIVE}.{schema}.{table} where {where}"
    if table in tables_of(connection, schema, database=_current(connection)):
        connection.execute(f"insert into {schema}.{table} by name {rows}")
    else:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {schema}.{table} as {rows}")


def _current(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    return str(row[0])
