"""One file's rows, typed once into a scratch table whose row ids number the rows."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.errors import LandingError
from orchestration.landing.counting import count_rows
from orchestration.landing.files import LandingFile, check_is_what_its_suffix_says
from orchestration.landing.readers import LINES_TABLE, Source, open_source, reading_failed
from orchestration.landing.rules import named_currency
from orchestration.landing.statement import bad_bit, typing_statement
from orchestration.landing.typing_sql import EXPECTED_FORMS
from orchestration.landing_schema import LANDING
from orchestration.settings import Settings

SCRATCH_TABLE = "landing_scratch"
# Row ids follow the file's order, but begin anywhere while the transaction is open.
ROW_NUMBER = f"rowid + 1 - (select min(rowid) from {SCRATCH_TABLE})"
# One unreadable date may be a slip; two without a single readable one are another format.
MIN_VALUES_TO_JUDGE_A_DATE_COLUMN = 2


@dataclass(frozen=True)
class ScratchFacts:
    """What one file holds, after typing.

    Attributes
    ----------
    rows_in : rows by the second reader, equal to those in the scratch table.
    rejected : rows by reason.
    nulled : values of optional columns that could not be typed, in rows that stand.
    unknown_columns : columns that the contract does not have, as they are spelled in the file.
    missing_columns : optional columns that the file does not have.
    first_day, last_day : business days of the table's first required date or instant.
    currencies : as named in the rows that stand; a value that is no code is not repeated.
    """

    rows_in: int
    rejected: dict[str, int]
    nulled: dict[str, int]
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    currencies: tuple[str, ...]


def load_scratch(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, settings: Settings
) -> ScratchFacts:
    """Read and type one file into the scratch table.

    Raises
    ------
    LandingError
        With everything that is wrong with the file as a whole.
    """
    check_is_what_its_suffix_says(file)
    try:
        source = open_source(connection, file)
        rows_in = count_rows(file, source.header)
        by_column = _columns_found(file, source, is_empty=rows_in == 0)
        unknown = tuple(n for n in source.cells if n.strip().lower() not in by_column)
        sql = typing_statement(LANDING[file.table], source, by_column, unknown, settings)
        connection.execute(
            f"create or replace temp table {SCRATCH_TABLE} as {sql}", source.parameters
        )
    except duckdb.Error as error:
        raise reading_failed(file, error) from None
    return _facts(connection, file, by_column, unknown, rows_in)


def drop_scratch(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what loading a file leaves behind."""
    for table in (SCRATCH_TABLE, LINES_TABLE):
        connection.execute(f"drop table if exists {table}")


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
    table = LANDING[file.table]
    rejected: dict[str, int] = dict(
        connection.execute(
            f"select reason, count(*) from {SCRATCH_TABLE} where reason is not null "
            "group by reason order by reason"
        ).fetchall()
    )
    judged = [column for column in table.columns if column.name in found]
    dates = [
        column for column in table.columns if column.is_required and column.kind in ("at", "date")
    ]
    day = (dates[0].date_name or dates[0].name) if dates else "cast(null as date)"
    sums = ["count(*)", "max(rowid) - min(rowid) + 1", f"min({day})", f"max({day})"]
    for column in judged:
        is_bad = f"bad & {bad_bit(table, column)} <> 0"
        sums.append(f"count(*) filter (where {is_bad})")
        sums.append(f"count(*) filter (where {is_bad} and reason is null)")
        sums.append(f"count({column.name})")
    row = connection.execute(f"select {', '.join(sums)} from {SCRATCH_TABLE}").fetchone()
    assert row is not None
    rows, span, first_day, last_day, *counts = row
    assert span in (None, rows), "row ids number the rows only if none is left out"
    if rows != rows_in:
        raise LandingError(
            f"{file.label}: two readers disagree on its rows ({rows:,} and {rows_in:,}): a double "
            "quote is misplaced, or lines end in different ways. Export the file anew."
        )
    problems, nulled = [], {}
    for column, bad, bad_standing, readable in zip(
        judged, counts[::3], counts[1::3], counts[2::3], strict=True
    ):
        if (
            bad >= MIN_VALUES_TO_JUDGE_A_DATE_COLUMN
            and not readable
            and column.kind in EXPECTED_FORMS
        ):
            problems.append(
                f"{file.label}: none of the {bad:,} values of column `{column.name}` can be read. "
                f"Expected: {EXPECTED_FORMS[column.kind]}."
            )
        if bad_standing and not column.is_required:
            nulled[column.name] = bad_standing
    if problems:
        raise LandingError("\n".join(problems))
    currencies: list[tuple[str]] = []
    if table.name == "transactions":
        currencies = connection.execute(
            f"select distinct currency from {SCRATCH_TABLE} "
            "where currency is not null and reason is null order by currency"
        ).fetchall()
    return ScratchFacts(
        rows_in=rows_in,
        rejected=rejected,
        nulled=nulled,
        unknown_columns=tuple(name.strip() for name in unknown),
        missing_columns=tuple(name for name in table.by_name if name not in found),
        first_day=first_day,
        last_day=last_day,
        currencies=tuple(sorted({named_currency(code) for (code,) in currencies})),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
