"""Short connections to the warehouse file, all with the same settings."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.home import Home
from orchestration.settings import Settings


@contextmanager
def connect(home: Home, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, for one `with` block.

    One process at a time may hold the file, so a connection is never kept. Every connection has
    the same configuration: DuckDB refuses a second one that differs within a process.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(home.warehouse))
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{settings.memory_limit}'")
        connection.execute(f"set threads = {settings.threads}")
        yield connection
    finally:
        connection.close()
