"""The one door to DuckDB: whatever is opened has the account's limits and room to spill."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from orchestration.errors import SettingsError
from orchestration.home import Home
from orchestration.settings import Settings, load_settings

WAREHOUSE_FORMAT = "v1.5.0"
"""The warehouse's own storage version: texts take a quarter less time to compress than in the
oldest one, which DuckDB gives to new files. What is published has another (`serving_file`)."""


@contextmanager
def opened(
    path: Path, home: Home, settings: Settings | None = None, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file for one `with` block; without `settings`, those of the home count."""
    with closed_at_the_end(open_database(path, home, settings, read_only=read_only)) as connection:
        yield connection


@contextmanager
def in_memory(settings: Settings, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database of its own that no file keeps; `spill` is the folder for what is too much."""
    with closed_at_the_end(duckdb.connect(":memory:")) as connection:
        _limit(connection, settings, spill)
        yield connection


@contextmanager
def closed_at_the_end(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Close a connection at the end of a `with` block; after an error, whatever it still does.

    A statement that a signal interrupted runs on within DuckDB, even once its connection is closed,
    and holds the file half open: the next one in this process to open it would wait without end.
    """
    try:
        yield connection
    except BaseException as error:
        with suppress(duckdb.Error):
            connection.interrupt()
            connection.execute("select 1")
        interruption = interruption_behind(error)
        if interruption is not None and interruption is not error:
            raise interruption from None
        raise
    finally:
        connection.close()


def interruption_behind(error: BaseException | None) -> BaseException | None:
    """Return what interrupted the process, if that is what an error comes from.

    Of a signal in the middle of a statement, DuckDB makes a `RuntimeError`.
    """
    while isinstance(error, Exception):
        error = error.__cause__ or error.__context__
    return error


def open_database(
    path: Path, home: Home, settings: Settings | None = None, *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open a file; the caller closes it. DuckDB's own errors pass through."""
    connection = duckdb.connect(str(path), read_only=read_only)
    try:
        _limit(connection, settings or _settings_of(home), home.temporary)
    except BaseException:
        connection.close()
        raise
    return connection


def open_warehouse(home: Home, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing, in its own format; the caller closes it.

    A file that is not there is made in it; one of before takes it on for all that is written from
    now on.
    """
    if home.warehouse.exists():
        connection = open_database(home.warehouse, home, settings)
        row = connection.execute(
            "select tags['storage_version'] from duckdb_databases() "
            "where database_name = current_database()"
        ).fetchone()
        if row is not None and str(row[0]).startswith(WAREHOUSE_FORMAT):
            return connection
        connection.close()
    with in_memory(settings, home.temporary) as outside:
        path = str(home.warehouse).replace("'", "''")
        outside.execute(f"attach '{path}' as warehouse (storage_version '{WAREHOUSE_FORMAT}')")
        # Without a change nothing would be written, and the file stay as it is.
        outside.execute("create table warehouse.main.format_change (changed integer)")
        outside.execute("drop table warehouse.main.format_change")
        outside.execute("checkpoint warehouse")
    return open_database(home.warehouse, home, settings)


def _limit(connection: duckdb.DuckDBPyConnection, settings: Settings, spill: Path) -> None:
    """Set the limits; as statements, since DuckDB refuses two configurations of one open file."""
    connection.execute("set TimeZone = 'UTC'")
    # It would go to standard output, which is for results.
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set memory_limit = '{settings.memory_limit}'")
    connection.execute(f"set threads = {settings.threads}")
    row = connection.execute("select current_setting('temp_directory')").fetchone()
    # Once something has been spilled, DuckDB refuses even the folder that it has.
    if row is None or row[0] != str(spill):
        connection.execute("set temp_directory = " + "'" + str(spill).replace("'", "''") + "'")


def _settings_of(home: Home) -> Settings:
    """Return the home's settings; a file that cannot be read keeps nobody from good tables."""
    try:
        return load_settings(home.settings_file)
    except SettingsError:
        return Settings()


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Say whether the file that was opened holds a table."""
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
