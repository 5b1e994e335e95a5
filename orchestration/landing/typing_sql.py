"""SQL expressions that type one cell: DuckDB's own types, or text, to the contract's kinds."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from orchestration.landing_schema import DUCKDB_TYPES, Column

Family = Literal[
    "text", "boolean", "whole", "real", "decimal", "date", "local", "instant", "nested"
]

# Spaces that exports leave around values: also the no-break and the ideographic one.
SPACES = " \t\r\n\u00a0\u3000"
TRUE_WORDS = ("true", "t", "yes", "y", "1", "1.0", "on", "是")
FALSE_WORDS = ("false", "f", "no", "n", "0", "0.0", "off", "否")
UPPER_CASE_COLUMNS = frozenset({"currency"})

DAY = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?"
OFFSET = r" ?([Zz]|[+-]\d{2}(:?\d{2})?)"
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
_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


@dataclass(frozen=True)
class Cell:
    """A cell of a source: an SQL expression and its DuckDB type."""

    sql: str
    duckdb_type: str

    @property
    def family(self) -> Family:
        kind = self.duckdb_type.upper()
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
            return "nested"
        if kind == "BOOLEAN":
            return "boolean"
        if kind.removeprefix("U") in _WHOLE_TYPES:
            return "whole"
        if kind in ("FLOAT", "DOUBLE"):
            return "real"
        if kind.startswith("DECIMAL"):
            return "decimal"
        if kind == "DATE":
            return "date"
        if kind == "TIMESTAMP WITH TIME ZONE":
            return "instant"
        if kind.startswith("TIMESTAMP"):
            return "local"
        return "text"


def text_sql(cell: Cell) -> str:
    """Return a cell as text, for rows and columns that are kept as they came."""
    return (
        f"cast(to_json({cell.sql}) as varchar)"
        if cell.family == "nested"
        else (f"cast({cell.sql} as varchar)")
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
        return _instant(cell, zone)
    if column.kind == "date":
        return f"cast({_day(cell, zone)} as date)"
    if column.kind == "month":
        return _month(cell, zone)
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


def business_day_sql(instant: str, zone: str) -> str:
    """Return the account's calendar day of an instant that is stored as UTC."""
    if zone == "UTC":
        return f"cast({instant} as date)"
    return f"cast(timezone({quoted(zone)}, make_timestamptz(epoch_us({instant}))) as date)"


def null_sql(column: Column) -> str:
    """Return the null of a column that a source does not have."""
    return f"cast(null as {DUCKDB_TYPES[column.kind]})"


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


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


def _instant(cell: Cell, zone: str) -> str:
    """Type an instant as UTC.

    Without an offset it is local time of the account. ICU moves a time that the clock skipped
    forward, and takes an ambiguous one for the second, as the contract says.
    """
    x = cell.sql
    if cell.family == "instant":
        return _within_calendar(f"make_timestamp(epoch_us({x}))")
    if cell.family in ("local", "date"):
        return _from_local(f"cast({x} as timestamp)", zone)
    if cell.family != "text":
        return "cast(null as timestamp)"
    # What try_cast wants: seconds, a full stop, no space, and a colon within the offset.
    clock = f"replace(replace(upper({x}[12:]), ' ', ''), ',', '.')"
    clock = rf"regexp_replace({clock}, '^(\d\d:\d\d)(Z|[+-])', '\1:00\2')"
    tidy = rf"{x}[:10] || 'T' || regexp_replace({clock}, '([+-]\d\d)(\d\d)$', '\1:\2')"
    offset = f"coalesce(try_cast({x} as timestamptz), try_cast({tidy} as timestamptz))"
    local = f"coalesce(try_cast({x} as timestamp), try_cast(replace({x}, ',', '.') as timestamp))"
    return (
        f"case when regexp_full_match({x}, '{DAY}({CLOCK})?') then {_from_local(local, zone)} "
        f"when regexp_full_match({x}, '{DAY}{CLOCK}{OFFSET}') "
        f"then {_within_calendar(f'make_timestamp(epoch_us({offset}))')} end"
    )


def _day(cell: Cell, zone: str) -> str:
    """Type a calendar day; the time beside it is left out, an offset converted first."""
    if cell.family == "instant":
        return business_day_sql(_instant(cell, zone), zone)
    if cell.family == "text":
        local = f"regexp_full_match({cell.sql}, '{DAY}({CLOCK})?')"
        day = f"try_cast({cell.sql}[:10] as date)"
        return (
            f"case when {local} then {day} else {business_day_sql(_instant(cell, zone), zone)} end"
        )
    return _instant(cell, "UTC")


def _month(cell: Cell, zone: str) -> str:
    """Type a month; the first day of one means the month, any other day is no month."""
    day = f"cast({_day(cell, zone)} as date)"
    first = f"case when day({day}) = 1 then strftime({day}, '%Y-%m') end"
    if cell.family != "text":
        return first
    is_month = rf"regexp_full_match({cell.sql}, '\d{{4}}-(0[1-9]|1[0-2])')"
    return f"case when {is_month} then {cell.sql} else {first} end"


def _from_local(local: str, zone: str) -> str:
    if zone == "UTC":
        return _within_calendar(local)
    inside = _within_calendar(local)
    return f"make_timestamp(epoch_us(timezone({quoted(zone)}, {inside})))"


def _within_calendar(timestamp: str) -> str:
    """Return null for what no calendar holds: infinity, the years before 1 and after 9998."""
    return (
        f"case when {timestamp} between timestamp '0001-01-02' and timestamp '9998-12-31' "
        f"then {timestamp} end"
    )
