"""Profiles and changes as files: Parquet for machines, CSV guarded against spreadsheets."""

from pathlib import Path

import duckdb

from orchestration.exports.folder import ExportedFile
from orchestration.publishing import durable
from orchestration.publishing.sql import literal, name

# A text that begins so is run by a spreadsheet; a sign before a plain number is harmless.
_RUN = r"^([=@\t\r]|[-+])"


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of a query; return how many they are. The same rows give the same bytes."""
    connection.execute(f"copy ({query}) to {literal(str(path))} (format parquet)")
    row = connection.execute(
        f"select num_rows from parquet_file_metadata({literal(str(path))})"
    ).fetchone()
    assert row is not None
    return int(row[0])


def write_csv(
    connection: duckdb.DuckDBPyConnection, source: Path, path: Path, *, is_guarded: bool
) -> int:
    """Write a Parquet file's rows as CSV: UTF-8, a header, ISO dates, nothing where null.

    Guarded, every text that a spreadsheet would run as a formula gets ' in front.

    Returns
    -------
    int
        How many ids were changed so: those no longer join to the id elsewhere.
    """
    rows = f"read_parquet({literal(str(source))})"
    columns = connection.execute(f"describe select * from {rows}").fetchall()
    selected = ", ".join(
        f"{_guarded(column)} as {name(column)}"
        if is_guarded and kind == "VARCHAR"
        else name(column)
        for column, kind, *_ in columns
    )
    connection.execute(
        f"copy (select {selected} from {rows}) to {literal(str(path))} (format csv, header)"
    )
    if not is_guarded:
        return 0
    row = connection.execute(
        f"select count(*) from {rows} where {_is_run('customer_id')}"
    ).fetchone()
    assert row is not None
    return int(row[0])


def as_exported(folder: Path, path: Path, rows: int) -> ExportedFile:
    """Return the manifest's line of a finished file."""
    return ExportedFile(str(path.relative_to(folder)), rows, durable.sha256_of(path))


def _is_run(column: str) -> str:
    """Return the condition; all such signs sort before A, which nearly every text ends it at."""
    return (
        f"({name(column)} < 'A' and regexp_matches({name(column)}, {literal(_RUN)}) "
        f"and try_cast({name(column)} as double) is null)"
    )


def _guarded(column: str) -> str:
    return f"case when {_is_run(column)} then '''' || {name(column)} else {name(column)} end"
