"""One landed file of rows that arrive within some days, and what it changes in the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.samples.landed_file import draft_of, put_in_place
from orchestration.samples.planted.table import PlantedTable
from orchestration.samples.planted.tables import TABLES
from orchestration.samples.planted.world import PlantedSpec, date_of, day_number

_FORMATS = {
    ".parquet": "format parquet, compression zstd",
    ".csv": "format csv, header",
    ".csv.gz": "format csv, header, compression gzip",
    ".jsonl": "format json",
}


@dataclass(frozen=True)
class Chunk:
    """The rows of a table that arrive from a first to a last day number: one file."""

    table: PlantedTable
    first: int
    last: int

    @property
    def file_name(self) -> str:
        return f"{date_of(self.last)}{self.table.suffix}"


@dataclass(frozen=True)
class PlantedFile:
    """One landed file; `is_new` is false when its very bytes were there already."""

    path: Path
    table: str
    rows: int
    is_new: bool


@dataclass(frozen=True)
class BalanceChange:
    """What an arrival changes in the row balance of one landed file, its own or an earlier one."""

    source_table: str
    file_name: str
    reason: str | None = None
    rows_in: int = 0
    accepted: int = 0
    duplicates: int = 0
    superseded: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Arrival:
    """What was landed, and what follows from it; `months` is the change in revenue by month."""

    files: tuple[PlantedFile, ...] = ()
    balance: tuple[BalanceChange, ...] = ()
    months: tuple[tuple[str, Decimal], ...] = ()


def chunks(spec: PlantedSpec) -> Iterator[Chunk]:
    """Yield the files that have arrived up to the last day."""
    last = day_number(spec.last_day)
    for table in TABLES:
        if not table.is_monthly:
            yield Chunk(table, 0, last)
            continue
        first = day_number(spec.first_day)
        while first <= last:
            day = date_of(first)
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            until = min(last, day_number(following) - 1)
            yield Chunk(table, first, until)
            first = until + 1


def write_chunk(
    connection: duckdb.DuckDBPyConnection, spec: PlantedSpec, landing: Path, chunk: Chunk
) -> Arrival:
    """Write one file unless nothing arrives; `people`, `stays` and `catalogue` are there."""
    table = chunk.table
    for name, prepared in table.prepare.items():
        sql = prepared(spec, chunk.first, chunk.last)
        connection.execute(f"create or replace temp table {name} as {sql}")
    queries = table.queries(spec, chunk.first, chunk.last)
    if not queries:
        return Arrival()
    connection.execute(f"create or replace temp table arrivals as {queries[0]}")
    for query in queries[1:]:
        connection.execute(f"insert into arrivals {query}")
    balance = _balance(connection, chunk)
    if not balance:
        return Arrival()
    path = landing / table.name / chunk.file_name
    rows, is_new = write_file(
        connection, f"select * exclude ({', '.join(table.hidden)}) from arrivals", path
    )
    months = _months(connection) if "displaced_month" in table.hidden else ()
    return Arrival((PlantedFile(path, table.name, rows, is_new),), balance, months)


def write_file(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> tuple[int, bool]:
    """Write a query's rows in the format of the file's name; return their number, and if new."""
    draft = draft_of(path)
    suffix = "".join(path.suffixes)
    quoted = str(draft).replace("'", "''")
    row = connection.execute(f"copy ({query}) to '{quoted}' ({_FORMATS[suffix]})").fetchone()
    assert row is not None
    return int(row[0]), put_in_place(draft, path)


def _balance(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> tuple[BalanceChange, ...]:
    own = BalanceChange(chunk.table.name, chunk.file_name)
    changes = []
    for outcome, reason, rows in connection.execute(
        "select outcome, reason, count(*) from arrivals group by all order by all"
    ).fetchall():
        changes.append(replace(own, reason=reason, rows_in=rows, **{outcome: rows}))
    for file, outcome, rows in connection.execute(
        "select displaced_file, displaced_as, count(*) from arrivals "
        "where displaced_file is not null group by all order by all"
    ).fetchall():
        name = file + chunk.table.suffix
        changes.append(replace(own, file_name=name, accepted=-rows, **{outcome: rows}))
    return tuple(changes)


def _months(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, Decimal], ...]:
    """Return the revenue of accepted rows, less that of those they displace, by month."""
    rows = connection.execute(
        """
        select month, sum(change) as change
        from (
            select strftime(ordered_at, '%Y-%m') as month, amount as change
            from arrivals
            where outcome = 'accepted'
            union all
            select displaced_month, -displaced_amount from arrivals where displaced_file is not null
        )
        group by month
        order by month
        """
    ).fetchall()
    return tuple(rows)
