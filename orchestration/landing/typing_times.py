"""SQL expressions that type one cell as an instant, a day or a month."""

from orchestration.landing.cells import Cell, quoted

DAY = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?"
OFFSET = r" ?([Zz]|[+-]\d{2}(:?\d{2})?)"


def instant_sql(cell: Cell, zone: str) -> str:
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


def business_day_sql(instant: str, zone: str) -> str:
    """Return the account's calendar day of an instant that is stored as UTC."""
    if zone == "UTC":
        return f"cast({instant} as date)"
    return f"cast(timezone({quoted(zone)}, make_timestamptz(epoch_us({instant}))) as date)"


def day_sql(cell: Cell, zone: str) -> str:
    """Type a calendar day; the time beside it is left out, an offset converted first."""
    if cell.family == "instant":
        return business_day_sql(instant_sql(cell, zone), zone)
    if cell.family == "text":
        local = f"regexp_full_match({cell.sql}, '{DAY}({CLOCK})?')"
        day = f"try_cast({cell.sql}[:10] as date)"
        with_offset = business_day_sql(instant_sql(cell, zone), zone)
        return f"case when {local} then {day} else {with_offset} end"
    return instant_sql(cell, "UTC")


def month_sql(cell: Cell, zone: str) -> str:
    """Type a month; the first day of one means the month, any other day is no month."""
    day = f"cast({day_sql(cell, zone)} as date)"
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
