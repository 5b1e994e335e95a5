"""The proof, by reading it back, that a built serving file holds one whole night."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from orchestration import database
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing.sql import columns_of, count_rows, name
from orchestration.publishing.tables import PUBLISHED


def verify(path: Path, rows: dict[str, int], *, run_id: str, as_of_date: date) -> None:
    """Read a built file back and raise unless it is a whole night.

    Raises
    ------
    StrataError
        Naming every table that is missing, has other rows than its source, or lacks columns.
    """
    with opened(path) as connection:
        columns = columns_of(connection)
        problems = [f"table {table} is missing" for table in PUBLISHED if table not in columns]
        for table, expected in rows.items():
            found = count_rows(connection, f"marts.{name(table)}") if table in columns else None
            if found != expected:
                problems.append(f"table {table} holds {found} rows, its source {expected}")
        for table, published in PUBLISHED.items():
            missing = set(published.required_columns) - set(columns.get(table, []))
            if missing and table in columns:
                problems.append(f"table {table} lacks {', '.join(sorted(missing))}")
        if not problems:
            night = connection.execute("select run_id, as_of_date from marts.run_info").fetchall()
            if night != [(run_id, as_of_date)]:
                problems.append(f"run_info holds {night}, not one row of {run_id}, {as_of_date}")
    if problems:
        raise StrataError(
            f"The serving file of {as_of_date} (run {run_id}) was built and is not a whole night: "
            f"{'; '.join(problems)}. What was published before stays."
        )


def read_run_info(path: Path) -> tuple[datetime, bool]:
    """Return when the file's issue was published and whether it is stale."""
    with opened(path) as connection:
        row = connection.execute("select published_at, is_stale from marts.run_info").fetchone()
    if row is None or row[0] is None or row[1] is None:
        raise StrataError(f"run_info of {path.name} says no published_at or is_stale: {row}.")
    return row


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a finished serving file for reading, for one `with` block."""
    with database.opened(path, Home.of_serving_file(path), read_only=True) as connection:
        yield connection
