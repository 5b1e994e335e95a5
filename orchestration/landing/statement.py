"""The one statement that reads a file and types its rows."""

from collections.abc import Sequence

from orchestration.landing.cells import Cell, quoted, text_sql
from orchestration.landing.readers import Source
from orchestration.landing.typing_sql import (
    can_fail,
    is_in_range_sql,
    null_sql,
    present_cell,
    value_sql,
)
from orchestration.landing.typing_times import business_day_sql
from orchestration.landing_table import Column, LandingTable
from orchestration.settings import Settings

DEFAULT_TRANSACTION_TYPE = (
    "coalesce(transaction_type, "
    "case when amount < 0 or (amount = 0 and quantity < 0) then 'return' else 'sale' end)"
)


def typed_columns(table: LandingTable) -> list[str]:
    """List the columns that the statement yields for `raw.<table>`."""
    names: list[str] = []
    for column in table.columns:
        names.append(column.name)
        if column.date_name:
            names.append(column.date_name)
    return [*names, "extra_columns"]


def bad_bit(table: LandingTable, column: Column) -> int:
    """Return the bit of `bad` that says that a value was there and could not be typed."""
    return 1 << table.columns.index(column)


def range_bit(table: LandingTable, column: Column) -> int:
    """Return the bit of `bad` that says that a value could be typed and lies outside its range."""
    return 1 << (len(table.columns) + table.ranged.index(column))


def typing_statement(
    table: LandingTable,
    source: Source,
    found: dict[str, str],
    unknown: Sequence[str],
    settings: Settings,
) -> str:
    """Compose the statement.

    Each step is a projection over the one before, so that no value is computed twice: cells as
    they came, cells without what means "missing", typed values, then the verdict on the row. A
    row is turned to JSON only where it is rejected.

    Parameters
    ----------
    found : the file's own spelling of each contract column that it has.
    unknown : the columns of the file that the contract does not have.

    Returns
    -------
    A query of `typed_columns(table)`, `reason` (null: the row stands), `bad` (see `bad_bit` and
    `range_bit`), `row_json` (rejected rows only) and, where the source numbers its rows,
    `row_number`.
    """
    zone = settings.time_zone
    here = {name: f"cell_{i}" for i, name in enumerate(source.cells)}
    cells = [f"{cell.sql} as {here[name]}" for name, cell in source.cells.items()]
    present, typed, days, bad, failing = [], [], [], ["0"], set()
    for column in table.columns:
        name = column.name
        if name not in found:
            typed.append(f"{null_sql(column)} as {name}")
            if column.date_name:
                days.append(f"cast(null as date) as {column.date_name}")
            continue
        cell = Cell(here[found[name]], source.cells[found[name]].duckdb_type)
        there = present_cell(column, cell)
        value = value_sql(column, Cell(f"present_{name}", there.duckdb_type), zone)
        present.append(f"{there.sql} as present_{name}")
        typed.append(f"{value} as {name}")
        if can_fail(column, there):
            failing.add(name)
            is_bad = f"present_{name} is not null and {name} is null"
            bad.append(f"(case when {is_bad} then {bad_bit(table, column)} else 0 end)")
        if column.has_range:
            is_outside = f"not ({is_in_range_sql(column)})"
            bad.append(f"(case when {is_outside} then {range_bit(table, column)} else 0 end)")
        if column.date_name:
            days.append(f"{business_day_sql(name, zone)} as {column.date_name}")
    names = [
        f"{DEFAULT_TRANSACTION_TYPE} as {name}" if name == "transaction_type" else name
        for name in table.by_name
    ]
    for column in table.ranged:
        bounded = f"case when {is_in_range_sql(column)} then {column.name} end as {column.name}"
        names[table.columns.index(column)] = bounded
    landed = {name: Cell(here[name], cell.duckdb_type) for name, cell in source.cells.items()}
    extra = _json_object({name: landed[name] for name in unknown}) if unknown else "null"
    if source.extra:
        cells.append(f"{source.extra} as extra_text")
        extra = "extra_text"
    if source.row:
        cells.append(f"{source.row} as row_text")
    if source.row_number:
        cells.append(f"{source.row_number} as row_number")
    return f"""
        with cells as (select {_listed(cells)} from {source.relation}),
        present as (select {_listed(["*", *present])} from cells),
        typed as (select {_listed(["*", *typed])} from present),
        judged as (
            select
                *, {_reason(table, found, failing, settings)} as reason, {" | ".join(bad)} as bad
            from typed
        )
        select
            {_listed([*names, *days])},
            cast({extra} as varchar) as extra_columns,
            reason,
            cast(bad as bigint) as bad,
            case
                when reason is not null
                then {"row_text" if source.row else _json_object(landed)}
            end as row_json
            {", row_number" if source.row_number else ""}
        from judged
    """


def _reason(
    table: LandingTable, found: dict[str, str], failing: set[str], settings: Settings
) -> str:
    """Say why a row is rejected: the first failing required column in the contract's order.

    Then, of rows whose values can all be typed, the first broken rule.
    """
    cases = []
    for name in table.required:
        if name in found:
            cases.append(f"when present_{name} is null then 'missing_{name}'")
        if name in failing:
            cases.append(f"when {name} is null then 'bad_{name}'")
    if table.name == "transactions" and settings.currency:
        cases.append(f"when currency <> {quoted(settings.currency)} then 'other_currency'")
    cases += [f"when {rule.is_broken} then {quoted(rule.reason)}" for rule in table.rules]
    return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"


def _json_object(cells: dict[str, Cell]) -> str:
    pairs = ", ".join(f"{quoted(name.strip())}, {text_sql(cell)}" for name, cell in cells.items())
    return f"cast(json_object({pairs}) as varchar)"


def _listed(expressions: Sequence[str]) -> str:
    return ", ".join(expressions)
