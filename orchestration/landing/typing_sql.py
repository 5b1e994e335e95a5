"""SQL expressions that type one cell: DuckDB's own types, or text, to the contract's kinds."""

import re
from datetime import UTC, datetime

from orchestration.landing.cells import Cell, quoted, text_sql
from orchestration.landing.typing_times import day_sql, instant_sql, month_sql
from orchestration.landing_table import DUCKDB_TYPES, Column

# Spaces that exports leave around values: also the no-break and the ideographic one.
SPACES = " \t\r\n\u00a0\u3000"
TRUE_WORDS = ("true", "t", "yes", "y", "1", "1.0", "on", "是")
FALSE_WORDS = ("false", "f", "no", "n", "0", "0.0", "off", "否")
UPPER_CASE_COLUMNS = frozenset({"currency"})

EXPECTED_FORMS = {
    "at": "2024-05-31, 2024-05-31 13:45:00 or, with an offset, 2024-05-31T13:45:00+02:00",
    "date": "2024-05-31",
    "month": "2024-05",
}

MONEY_WHOLE_DIGITS = 14
MONEY_SCALE = 4
_BIGINT_HOLDS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
)


def present_cell(column: Column, cell: Cell) -> Cell:
    """Return a cell without its ways of saying "missing": empty text and NaN.

    In an id the text NaN is a missing number that some writer spelled out: taken for an id, it
    would make one huge customer of all guests. In plain text it may be a name.
    """
    if cell.family == "real":
        return Cell(f"case when not isnan({cell.sql}) then {cell.sql} end", cell.duckdb_type)
    if cell.family not in ("text", "nested"):
        return cell
    text = text_sql(cell)
    # Most values need no trimming, and finding that out costs a third of trimming them.
    trimmed = (
        f"case when regexp_full_match({text}, '[!-~]([ -~]*[!-~])?') then {text} "
        f"else nullif(trim({text}, {quoted(SPACES)}), '') end"
    )
    if column.kind in ("text", "code", "boolean"):
        return Cell(trimmed, "VARCHAR")
    return Cell(f"case when {trimmed} not in ('NaN', 'nan', 'NAN') then {trimmed} end", "VARCHAR")


def value_sql(column: Column, cell: Cell, zone: str) -> str:
    """Return the typed value of what `present_cell` left; null means that it cannot be typed."""
    typed = {
        "id": _id,
        "text": _text,
        "code": _text,
        "money": _decimal,
        "quantity": _decimal,
        "number": _number,
        "integer": _integer,
        "boolean": _boolean,
    }
    if column.kind == "at":
        return instant_sql(cell, zone)
    if column.kind == "date":
        return f"cast({day_sql(cell, zone)} as date)"
    if column.kind == "month":
        return month_sql(cell, zone)
    value = typed[column.kind](cell)
    if column.name in UPPER_CASE_COLUMNS:
        return f"upper({value})"
    if column.allowed:
        words = ", ".join(map(quoted, column.allowed))
        return f"case when lower({value}) in ({words}) then lower({value}) end"
    return value


def is_in_range_sql(column: Column) -> str:
    """Return whether a typed value lies within its column's range; null for null.

    A birth date is held against the day on which it is loaded, the one time when it is judged: what
    is in raw is never judged again, so a night that is run or rebuilt later says the same.
    """
    if column.years_back is None:
        return f"{column.name} between {column.lowest} and {column.highest}"
    today = f"date '{datetime.now(UTC).date()}'"
    before = f"{today} - interval {column.years_back + 1} year"
    return f"{column.name} > {before} and {column.name} <= {today}"


def can_fail(column: Column, cell: Cell) -> bool:
    """Say whether a value that is there may turn out not to be of the column's kind.

    Of columns that cannot fail nothing has to be computed to judge a row, and most columns of a
    Parquet file are of that sort: they are read once, when the rows are moved.
    """
    if column.kind == "text" or (column.kind == "id" and cell.family != "real"):
        return False
    if column.kind == "boolean":
        return cell.family != "boolean"
    if column.kind in ("money", "quantity"):
        return not _fits_money(cell)
    if column.kind in ("number", "integer"):
        return cell.duckdb_type.upper() not in _BIGINT_HOLDS
    return True


def _fits_money(cell: Cell) -> bool:
    """Say whether every value of the type, once rounded, is one of decimal(18,4)."""
    if cell.family == "decimal":
        digits, scale = map(int, re.findall(r"\d+", cell.duckdb_type))
        return digits - scale <= MONEY_WHOLE_DIGITS - (scale > MONEY_SCALE)
    return cell.duckdb_type.upper() in _BIGINT_HOLDS and cell.duckdb_type.upper() != "BIGINT"


def null_sql(column: Column) -> str:
    """Return the null of a column that a source does not have."""
    return f"cast(null as {DUCKDB_TYPES[column.kind]})"


def _text(cell: Cell) -> str:
    return text_sql(cell) if cell.family != "text" else cell.sql


def _id(cell: Cell) -> str:
    """Type an id; 17850.0 is how writers that know no missing integer say 17850."""
    x = cell.sql
    if cell.family == "real":
        whole = f"cast(try_cast({x} as hugeint) as varchar)"
        part = f"when isfinite({x}) then {_text(cell)}"
        return f"case when {x} = trunc({x}) and isfinite({x}) then {whole} {part} end"
    if cell.family == "decimal":
        return rf"regexp_replace(cast({x} as varchar), '\.0+$', '')"
    if cell.family == "text":
        is_whole = rf"suffix({x}, '.0') and regexp_full_match({x}, '-?(0|[1-9]\d*)\.0')"
        return f"case when {is_whole} then {x}[:-3] else {x} end"
    return _text(cell)


def _decimal(cell: Cell) -> str:
    """Type money; a double by its shortest text, so that it is the same amount as from CSV."""
    x = cell.sql
    if cell.family in ("whole", "decimal"):
        return f"try_cast({x} as decimal(18,4))"
    if cell.family == "text":
        # DuckDB would take 1_000 for a number, and 8.9e-16 as decimal text for 0.0001.
        return (
            f"case when contains({x}, '_') then null "
            f"when contains({x}, 'e') or contains({x}, 'E') "
            f"then try_cast(try_cast({x} as double) as decimal(18,4)) "
            f"else try_cast({x} as decimal(18,4)) end"
        )
    if cell.family == "real":
        by_text = f"try_cast(cast({x} as varchar) as decimal(18,4))"
        if cell.duckdb_type.upper() == "FLOAT":
            by_text = _decimal(Cell(f"cast({x} as varchar)", "VARCHAR"))
            return f"case when isfinite({x}) then {by_text} end"
        # Only a value halfway between two hundredths of a cent can round otherwise than its text,
        # and only within these bounds is that text written without an exponent.
        has_tie = f"abs(abs({x} * 1e4 - trunc({x} * 1e4)) - 0.5) < 0.001"
        return (
            f"case when abs({x}) between 1e-3 and 1e15 and (abs({x}) > 1e9 or {has_tie}) "
            f"then {by_text} when isfinite({x}) then try_cast({x} as decimal(18,4)) end"
        )
    return "cast(null as decimal(18,4))"


def _number(cell: Cell) -> str:
    x = cell.sql
    if cell.family == "text":
        number = f"try_cast({x} as double)"
        return f"case when not contains({x}, '_') and isfinite({number}) then {number} end"
    if cell.family == "real":
        return f"case when isfinite({x}) then cast({x} as double) end"
    if cell.family in ("whole", "decimal"):
        return f"try_cast({x} as double)"
    return "cast(null as double)"


def _integer(cell: Cell) -> str:
    x = cell.sql
    if cell.family == "whole":
        return f"try_cast({x} as bigint)"
    if cell.family in ("real", "decimal"):
        return f"case when {x} = trunc({x}) then try_cast({x} as bigint) end"
    if cell.family != "text":
        return "cast(null as bigint)"
    number = f"try_cast({x} as double)"
    return (
        f"case when regexp_full_match({x}, '[+-]?[0-9]+') then try_cast({x} as bigint) "
        f"when not contains({x}, '_') and {number} = trunc({number}) "
        f"then try_cast({number} as bigint) end"
    )


def _boolean(cell: Cell) -> str:
    if cell.family == "boolean":
        return cell.sql
    text = f"lower(cast({cell.sql} as varchar))"
    true, false = (", ".join(map(quoted, words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"case when {text} in ({true}) then true when {text} in ({false}) then false end"
