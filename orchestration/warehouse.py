"""Short connections to the warehouse file, all with the same settings."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.database import closed_at_the_end, open_warehouse
from orchestration.errors import BusyError
from orchestration.home import Home
from orchestration.settings import Settings

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.25


@contextmanager
def connect(
    home: Home, settings: Settings, *, settles: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, for one `with` block.

    One process at a time may hold the file, so a connection is never kept. Every connection has
    the same configuration: DuckDB refuses a second one that differs within a process.

    What is committed is safe in the file beside it (the write-ahead log), from where DuckDB takes
    it over into the file itself when it closes it: a fifth of a second for one row, in a warehouse
    of tens of millions of lines. With `settles` off that is left to a later connection.

    Raises
    ------
    BusyError
        If another process keeps the file open, such as a person's DuckDB shell.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with closed_at_the_end(_open(home, settings)) as connection:
        if not settles:
            connection.execute("pragma disable_checkpoint_on_shutdown")
        yield connection


def settle(home: Home, settings: Settings) -> None:
    """Leave the warehouse as one file, whatever connections have left beside it."""
    if home.warehouse.with_name(f"{home.warehouse.name}.wal").exists():
        with connect(home, settings) as connection:
            connection.execute("checkpoint")


def _open(home: Home, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the file, giving whoever looks into it for a moment the time to let go."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return open_warehouse(home, settings)
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise BusyError(
                    f"Busy: another program has {home.warehouse} open. Close it there; to look at "
                    "results, open serving/strata.duckdb, which never locks."
                ) from None
        time.sleep(PAUSE_SECONDS)
