"""One file's rows, typed and numbered, as a view that raw is filled from."""

import difflib
import glob
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from orchestration.errors import LandingError
from orchestration.landing.cells import quoted
from orchestration.landing.files import LandingFile, check_is_what_its_suffix_says
from orchestration.landing.mapping.selection import count_taken
from orchestration.landing.mapping.source import drop_staged_export, open_landing_file
from orchestration.landing.readers import ROW_NUMBER_OF_PARQUET, Source, reading_failed
from orchestration.landing.rules import named_currency
from orchestration.landing.statement import bad_bit, range_bit, typing_statement
from orchestration.landing.typing_sql import EXPECTED_FORMS
from orchestration.landing.unreadable import said_of
from orchestration.landing_schema import LANDING
from orchestration.landing_table import Column
from orchestration.settings import Settings

SCRATCH_VIEW = "landing_scratch"
# Beside what DuckDB spills, so that a file larger than memory has room there too.
STAGED_NAME = "landing_rows.parquet"
# One unreadable date may be a slip; two without a single readable one are another format.
MIN_VALUES_TO_JUDGE_A_DATE_COLUMN = 2


@dataclass(frozen=True)
class ScratchFacts:
    """What one file holds, after typing.

    Attributes
    ----------
    rows_in : rows by the second reader, equal to those of the scratch view.
    rejected : rows by reason.
    nulled : values of optional columns that could not be typed or lie outside the column's range,
        in rows that stand.
    unknown_columns : columns that the contract does not have, as they are spelled in the file.
    missing_columns : optional columns that the file does not have.
    first_day, last_day : business days of the table's first required date or instant.
    currencies : as named in the rows that stand; a value that is no code is not repeated.
    left_out : rows of the file that its mapping does not take, none of `rows_in`.
    """

    rows_in: int
    rejected: dict[str, int]
    nulled: dict[str, int]
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    currencies: tuple[str, ...]
    left_out: int = 0


def load_scratch(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, settings: Settings
) -> ScratchFacts:
    """Let the scratch view be the typed rows of one file, and judge them.

    Rows of Parquet are typed while they are read, twice: once for the facts, which need few of
    the columns, once when they are moved. Text is dear to type, so its typed rows are staged as a
    Parquet file. A table would be dearer: DuckDB reads what a transaction has written and not
    committed with one thread, which made moving 2.5 M rows take twice as long.

    Raises
    ------
    LandingError
        With everything that is wrong with the file as a whole.
    """
    check_is_what_its_suffix_says(file)
    with said_of(file.label_of_all, file.path):
        return _load_scratch(connection, file, settings)


def _load_scratch(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, settings: Settings
) -> ScratchFacts:
    """Do what `load_scratch` says with a file whose beginning is that of its format."""
    try:
        source = open_landing_file(connection, file)
        counted = count_taken(file, source.header)
        by_column = _columns_found(file, source, is_empty=counted.taken == 0)
        unknown = tuple(n for n in source.cells if n.strip().lower() not in by_column)
        sql = typing_statement(LANDING[file.table], source, by_column, unknown, settings)
        if source.row_number is None:
            sql = _staged(connection, sql)
        connection.execute(f"create or replace temp view {SCRATCH_VIEW} as {sql}")
        facts = _facts(connection, file, by_column, unknown, counted.taken)
    except duckdb.Error as error:
        raise reading_failed(file, error) from None
    return replace(
        facts,
        left_out=counted.left_out,
        unknown_columns=facts.unknown_columns + source.extra_columns,
    )


def drop_scratch(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what loading a file leaves behind, be it a run that was killed."""
    connection.execute(f"drop view if exists {SCRATCH_VIEW}")
    _staged_path(connection).unlink(missing_ok=True)
    drop_staged_export(_staged_path(connection).parent)


def _staged(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Write the rows of a query to a file, in order, and return a query of them with numbers."""
    path = _staged_path(connection)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({sql}) to {quoted(str(path))} (format parquet)")
    return (
        f"select *, {ROW_NUMBER_OF_PARQUET} + 1 as row_number from "
        f"read_parquet({quoted(glob.escape(str(path)))}, hive_partitioning = false)"
    )


def _staged_path(connection: duckdb.DuckDBPyConnection) -> Path:
    row = connection.execute("select current_setting('temp_directory')").fetchone()
    assert row is not None
    return Path(row[0]) / STAGED_NAME


def _columns_found(file: LandingFile, source: Source, *, is_empty: bool) -> dict[str, str]:
    """Match the file's columns to the contract's, or say which required ones are missing."""
    table = LANDING[file.table]
    spelled = {name.strip().lower(): name for name in source.cells}
    found = {name: spelled[name] for name in table.by_name if name in spelled}
    missing = [name for name in table.required if name not in found]
    if not missing or (file.format == "jsonl" and is_empty):
        return found
    if not found:
        # The first line may well be a row: its values are nobody's business here.
        raise LandingError(
            f"{file.label}: none of its {len(spelled)} columns is one of the contract's. Does the "
            f"file begin with a line of column names? Required: {_listed(table.required)}."
        )
    problems = []
    unused = [spelled[name] for name in spelled if name not in found]
    for name in missing:
        near = difflib.get_close_matches(name, [each.lower() for each in unused], n=1)
        hint = (
            f" Did you mean it by `{spelled[near[0].strip()]}`? Then rename that." if near else ""
        )
        problems.append(f"{file.label}: the required column `{name}` is missing.{hint}")
    problems.append(f"{file.label}: its columns are {_listed(list(source.cells))}.")
    raise LandingError("\n".join(problems))


def _facts(
    connection: duckdb.DuckDBPyConnection,
    file: LandingFile,
    found: dict[str, str],
    unknown: tuple[str, ...],
    rows_in: int,
) -> ScratchFacts:
    """Judge the rows in one pass over the columns that can be wrong."""
    table = LANDING[file.table]
    judged = [column for column in table.columns if column.name in found]
    dates = [
        column for column in table.columns if column.is_required and column.kind in ("at", "date")
    ]
    day = (dates[0].date_name or dates[0].name) if dates else "cast(null as date)"
    currency = "currency" if table.name == "transactions" else "cast(null as varchar)"
    sums = [f"array_agg(distinct {currency})", f"min({day})", f"max({day})", "count(*)"]
    sums += [f"count(*) filter (where bad & {bad_bit(table, each)} <> 0)" for each in judged]
    ranged = [column for column in judged if column.has_range]
    sums += [f"count(*) filter (where bad & {range_bit(table, each)} <> 0)" for each in ranged]
    by_reason = connection.execute(
        f"select reason, {', '.join(sums)} from {SCRATCH_VIEW} group by reason order by reason"
    ).fetchall()
    rejected = {reason: rows for reason, _, _, _, rows, *_ in by_reason if reason is not None}
    standing = [row for row in by_reason if row[0] is None]
    rows = sum(row[4] for row in by_reason)
    days = [day for row in by_reason for day in row[2:4] if day is not None]
    if rows != rows_in:
        raise LandingError(
            f"{file.label}: two readers disagree on its rows ({rows:,} and {rows_in:,}): a double "
            "quote is misplaced, or lines end in different ways. Export the file anew."
        )
    problems, nulled = [], {}
    for place, column in enumerate(judged, start=5):
        bad = sum(row[place] for row in by_reason)
        if (
            bad >= MIN_VALUES_TO_JUDGE_A_DATE_COLUMN
            and column.kind in EXPECTED_FORMS
            and not _is_any_readable(connection, column)
        ):
            problems.append(
                f"{file.label}: none of the {bad:,} values of column `{column.name}` can be read. "
                f"Expected: {EXPECTED_FORMS[column.kind]}.{_hint_of_mapping(file)}"
            )
        bad_standing = sum(row[place] for row in standing)
        if bad_standing and not column.is_required:
            nulled[column.name] = bad_standing
    for place, column in enumerate(ranged, start=5 + len(judged)):
        outside = sum(row[place] for row in standing)
        if outside:
            nulled[column.name] = nulled.get(column.name, 0) + outside
    if problems:
        raise LandingError("\n".join(problems))
    currencies = {code for row in standing for code in row[1] or () if code is not None}
    return ScratchFacts(
        rows_in=rows_in,
        rejected=rejected,
        nulled=nulled,
        unknown_columns=tuple(name.strip() for name in unknown),
        missing_columns=tuple(name for name in table.by_name if name not in found),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        currencies=tuple(sorted({named_currency(code) for code in currencies})),
    )


def _hint_of_mapping(file: LandingFile) -> str:
    """Say where to look if the file is read by a mapping."""
    if file.reading is None:
        return ""
    mapping = file.reading.mapping
    written = mapping.dates or "not set, so ISO 8601"
    return f" Look at `dates` in the mapping {mapping.name} ({written})."


def _is_any_readable(connection: duckdb.DuckDBPyConnection, column: Column) -> bool:
    row = connection.execute(
        f"select 1 from {SCRATCH_VIEW} where {column.name} is not null limit 1"
    ).fetchone()
    return row is not None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
