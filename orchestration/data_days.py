"""The first and last business day of the transactions, those still waiting in landing included."""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.database import in_memory
from orchestration.errors import LandingError
from orchestration.home import Home
from orchestration.landing.files import LandingFile, discover, hash_of
from orchestration.landing.hashed_files import recall_hashes
from orchestration.landing.mapping.source import drop_staged_export, open_landing_file
from orchestration.landing.typing_sql import present_cell, value_sql
from orchestration.landing.typing_times import business_day_sql
from orchestration.landing_schema import LANDING
from orchestration.lock import hold_the_warehouse
from orchestration.settings import Settings
from orchestration.warehouse import connect

_TIME = LANDING["transactions"].by_name["ordered_at"]


@dataclass(frozen=True)
class DataDays:
    """The days that the transactions span, both ends included."""

    first: date
    last: date


def days_in_data(home: Home, settings: Settings) -> DataDays | None:
    """Return the span of all transactions, or None if none can be read.

    Of files that have not been loaded yet only the time column is looked at; a file that cannot
    be read is left for the ingest to explain.

    Raises
    ------
    BusyError
        If another process is writing the warehouse.
    """
    spans: list[tuple[date, date]] = []
    loaded: set[str] = set()
    if home.warehouse.exists():
        # Never without the lock: even a glance would keep a running night from its own file.
        with (
            hold_the_warehouse(home, "a look at the days in the data", wait_seconds=0),
            connect(home, settings) as connection,
        ):
            loaded, span = _loaded(connection)
            spans += [span] if span else []
    for file in discover(home.landing, settings.landing).files:
        if file.table == "transactions" and _is_waiting(file, loaded):
            span = _waiting(home, file, settings)
            spans += [span] if span else []
    if not spans:
        return None
    return DataDays(min(first for first, _ in spans), max(last for _, last in spans))


def last_day_in_data(home: Home, settings: Settings) -> date | None:
    """Return the last business day on which anything was ordered."""
    days = days_in_data(home, settings)
    return None if days is None else days.last


def _loaded(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[set[str], tuple[date, date] | None]:
    """Return the contents that raw holds, and the span of their lines."""
    exists = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = 'files'"
    ).fetchone()
    if not exists or not exists[0]:
        return set(), None
    recall_hashes(connection)
    hashes = connection.execute(
        "select content_sha256 from raw.files "
        "where source_table = 'transactions' and status <> 'unloaded'"
    ).fetchall()
    return {row[0] for row in hashes}, _span(
        connection.execute(
            "select min(ordered_date), max(ordered_date) from raw.transactions"
        ).fetchone()
    )


def _is_waiting(file: LandingFile, loaded: set[str]) -> bool:
    """Say whether a file can be read and its content is not in raw."""
    try:
        return hash_of(file) not in loaded
    except LandingError:
        return False


def _waiting(home: Home, file: LandingFile, settings: Settings) -> tuple[date, date] | None:
    """Return the span of a file that has not been loaded, None if its times cannot be read."""
    with in_memory(settings, home.temporary) as connection:
        try:
            source = open_landing_file(connection, file)
            spelled = {name.strip().lower(): cell for name, cell in source.cells.items()}
            cell = spelled.get(_TIME.name)
            if cell is None:
                return None
            present = present_cell(_TIME, cell)
            instant = value_sql(_TIME, present, settings.time_zone)
            day = business_day_sql(instant, settings.time_zone)
            row = connection.execute(
                f"select min(day), max(day) from (select {day} as day from {source.relation})"
            ).fetchone()
        except (duckdb.Error, LandingError, OSError):
            return None
        finally:
            drop_staged_export(home.temporary)
    return _span(row)


def _span(row: tuple[date | None, ...] | None) -> tuple[date, date] | None:
    if row is None or row[0] is None or row[1] is None:
        return None
    return row[0], row[1]
