"""Writing a planted sample: first everything up to a day, then one day at a time."""

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

import duckdb

from orchestration.database import in_memory
from orchestration.errors import InputError
from orchestration.samples.landed_file import as_source
from orchestration.samples.planted.arrivals import (
    Arrival,
    Chunk,
    PlantedFile,
    chunks,
    write_chunk,
    write_file,
)
from orchestration.samples.planted.catalogue import catalogue_sql
from orchestration.samples.planted.control_totals import write_control_totals
from orchestration.samples.planted.orders import expected_lines_sql
from orchestration.samples.planted.people import people_sql
from orchestration.samples.planted.stays import stays_sql
from orchestration.samples.planted.tables import TABLES
from orchestration.samples.planted.truth import (
    write_balance,
    write_constants,
    write_people,
    write_spec,
)
from orchestration.samples.planted.world import BAYES_ERROR, PlantedSpec, day_number
from orchestration.settings import Settings

# Months in work at once. Each has one thread, or its bytes would depend on how threads meet.
SIDE_BY_SIDE = 2
# Of each month in work. A database in memory that has to spill cannot read long strings back
# (DuckDB 1.5: "Cannot perform IO in in-memory database"), so a month has to fit.
MIN_MEMORY_GB = 2
CUSTOMERS_PER_GB = 400_000


@dataclass(frozen=True)
class PlantedReport:
    """What was landed, and what had been expected.

    Attributes
    ----------
    expected_lines : of sales, by the customers' own rates; what is sent again, returned or dirty
        comes on top, about 7 %.
    bayes_error : share in [0, 1] of segments that nobody could tell.
    """

    files: tuple[PlantedFile, ...]
    expected_lines: int
    bayes_error: float

    def rows(self, table: str) -> int:
        """Return the rows landed for a table."""
        return sum(each.rows for each in self.files if each.table == table)

    def to_text(self) -> str:
        """Return one line per table."""
        lines = []
        for table in dict.fromkeys(each.table for each in self.files):
            files = [each for each in self.files if each.table == table]
            there = sum(not each.is_new for each in files)
            lines.append(
                f"  {files[0].path.parent}: {self.rows(table):,} rows in {len(files)} "
                f"file{'s' * (len(files) > 1)}{f', {there} there already' if there else ''}"
            )
        return "\n".join(lines)


def write_planted(
    spec: PlantedSpec,
    landing: Path,
    truth: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> PlantedReport:
    """Land all files that have arrived up to the specification's last day, and write their truth.

    Months are written side by side, and memory holds two of them.

    Raises
    ------
    InputError
        If another planted sample is there.
    """
    error = write_spec(spec, truth)
    last = day_number(spec.last_day)
    with tempfile.TemporaryDirectory(prefix=".planting-", dir=truth) as spill:
        with _connection(spec, Path(spill)) as connection:
            _make_people(connection, spec, spec.last_day)
            expected = _expected_lines(connection, day_number(spec.first_day), last)
            progress(
                f"About {expected:,} order lines are expected, of {spec.customers:,} customers "
                f"over {spec.days:,} days. Overlap of the segments: {spec.overlap}, Bayes error "
                f"{error:.1%} (meant to be {BAYES_ERROR[spec.overlap]:.0%})."
            )
            write_constants(connection, spec, truth)
            write_people(connection, truth, 0, last)
            for table in ("people", "stays"):
                write_file(connection, f"from {table}", Path(spill) / f"{table}.parquet")
        arrived = _write_side_by_side(spec, landing, Path(spill), list(chunks(spec)))
        with _connection(spec, Path(spill)) as connection:
            files = _finish(connection, landing, truth, spec.last_day, arrived)
    return PlantedReport(files, expected, error)


def write_next_day(spec: PlantedSpec, landing: Path, truth: Path, *, day: date) -> PlantedReport:
    """Land the files that arrive on one day after the specification's last, and write their truth.

    Earlier files stay as they are. The files of a day do not depend on whether those of the days
    before were written, but for the control totals: they count what has arrived.

    Raises
    ------
    InputError
        If the day is not later, or another planted sample is there.
    """
    if day <= spec.last_day:
        raise InputError(f"{day} is no later day: the sample reaches to {spec.last_day}.")
    error = write_spec(spec, truth)
    number = day_number(day)
    with (
        tempfile.TemporaryDirectory(prefix=".planting-", dir=truth) as spill,
        _connection(spec, Path(spill)) as connection,
    ):
        _make_people(connection, spec, day)
        write_people(connection, truth, number, number)
        arrived = [
            write_chunk(connection, spec, landing, Chunk(table, number, number)) for table in TABLES
        ]
        files = _finish(connection, landing, truth, day, arrived)
        expected = _expected_lines(connection, number, number)
    return PlantedReport(files, expected, error)


def _write_side_by_side(
    spec: PlantedSpec, landing: Path, spill: Path, work: Sequence[Chunk]
) -> list[Arrival]:
    """Write files, some at a time; the result has the order of the work."""
    free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()

    def write(chunk: Chunk) -> Arrival:
        connection = free.get()
        try:
            return write_chunk(connection, spec, landing, chunk)
        finally:
            free.put(connection)

    with ExitStack() as stack:
        for _ in range(SIDE_BY_SIDE):
            connection = stack.enter_context(_connection(spec, spill))
            for table in ("people", "stays"):
                connection.execute(
                    f"create table {table} as from read_parquet(?)",
                    [as_source(spill / f"{table}.parquet")],
                )
            free.put(connection)
        workers = stack.enter_context(ThreadPoolExecutor(SIDE_BY_SIDE))
        return list(workers.map(write, work))


def _finish(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    truth: Path,
    day: date,
    arrived: Sequence[Arrival],
) -> tuple[PlantedFile, ...]:
    """Write what follows from all files of an arrival; return the files."""
    changes = tuple(chain.from_iterable(each.months for each in arrived))
    totals = write_control_totals(connection, landing, truth, day, changes)
    everything = [*arrived, totals]
    write_balance(connection, truth, day, chain.from_iterable(each.balance for each in everything))
    return tuple(chain.from_iterable(each.files for each in everything))


def _make_people(connection: duckdb.DuckDBPyConnection, spec: PlantedSpec, day: date) -> None:
    connection.execute(f"create table people as {people_sql(spec, day)}")
    connection.execute(f"create table stays as {stays_sql(spec)}")


def _expected_lines(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> int:
    row = connection.execute(expected_lines_sql(first, last)).fetchone()
    assert row is not None
    return round(row[0] or 0)


@contextmanager
def _connection(spec: PlantedSpec, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that computes with one thread."""
    limit = max(MIN_MEMORY_GB, math.ceil(spec.customers / CUSTOMERS_PER_GB))
    settings = Settings(threads=1, memory_limit=f"{limit}GB")
    with in_memory(settings, spill / "duckdb") as connection:
        connection.execute(f"create table catalogue as {catalogue_sql()}")
        yield connection
