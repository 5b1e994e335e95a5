"""How an export writes numbers and times, as SQL that turns its text into what typing takes."""

from orchestration.landing.cells import quoted
from orchestration.landing.mapping.settings import EPOCHS, Mapping
from orchestration.landing.typing_times import CLOCK, DAY
from orchestration.landing_table import Kind

# What may stand between groups of three digits: also an apostrophe and the no-break spaces.
GROUPING = " '\u00a0\u202f"
POINT_GROUPED = rf"[+-]?\d{{1,3}}([,{GROUPING}]\d{{3}})+(\.\d+)?"
COMMA_GROUPED = rf"[+-]?\d{{1,3}}([.{GROUPING}]\d{{3}})+(,\d+)?"
COMMA_PLAIN = r"[+-]?\d+(,\d+)?"
# Spreadsheets are kept from eating the first 0 of '01234 and the + of '+44.
GUARDED, UNGUARDED = r"^'([0-9+])", r"\1"
# In the export of BigQuery a parameter's value stands under the name of its type.
VALUE_KINDS = ("string_value", "int_value", "double_value", "float_value")
# No number and no date begins like that: a value that cannot be read stays one that is there.
UNREADABLE = "?"

NUMBER_KINDS: tuple[Kind, ...] = ("money", "quantity", "number", "integer")
TIME_KINDS: tuple[Kind, ...] = ("at", "date", "month")
_ISO_INSTANT = "%Y-%m-%dT%H:%M:%S.%f"


def number_text(text: str, mapping: Mapping) -> str:
    """Return SQL for a number's text as 1234.50, whatever stands between its thousands."""
    if not mapping.decimal_comma:
        return (
            f"case when regexp_full_match({text}, {quoted(POINT_GROUPED)}) "
            f"then regexp_replace({text}, {quoted(f'[,{GROUPING}]')}, '', 'g') else {text} end"
        )
    ungrouped = f"regexp_replace({text}, {quoted(f'[.{GROUPING}]')}, '', 'g')"
    return (
        f"case when regexp_full_match({text}, {quoted(COMMA_GROUPED)}) "
        f"then replace({ungrouped}, ',', '.') "
        f"when regexp_full_match({text}, {quoted(COMMA_PLAIN)}) then replace({text}, ',', '.') "
        f"else {quoted(UNREADABLE)} || {text} end"
    )


def number_value(text: str, mapping: Mapping) -> str:
    """Return SQL for a number's value, null for what is none; DuckDB alone would take 1_000."""
    number = f"try_cast({number_text(text, mapping)} as decimal(18, 4))"
    return f"case when not contains({text}, '_') then {number} end"


def time_text(text: str, mapping: Mapping, kind: Kind, dates: str | None) -> str:
    """Return SQL for a time's text in ISO 8601; of what cannot be read, text that stays so."""
    written = dates or mapping.dates
    zone = mapping.time_zone if kind == "at" else None
    if written is None:
        if zone is None:
            return text
        local = f"try_cast(replace({text}, ',', '.') as timestamp)"
        has_no_offset = f"regexp_full_match({text}, {quoted(f'{DAY}({CLOCK})?')})"
        return f"case when {has_no_offset} then {_iso(local, text, zone)} else {text} end"
    if written in EPOCHS:
        instant = f"try(make_timestamp(try_cast({text} as bigint) * {EPOCHS[written]}))"
        return _iso(instant, text, "UTC")
    moment = f"try_strptime({text}, {quoted(written)})"
    if kind != "at":
        return _or_unreadable(f"strftime({moment}, '%Y-%m-%d')", text)
    if "%z" in written or "%Z" in written:
        return _iso(f"cast({moment} as timestamp)", text, "UTC")
    return _iso(moment, text, zone)


def _iso(moment: str, text: str, zone: str | None) -> str:
    """Return an instant with its offset, or, if no zone is known, the local time without one."""
    if zone is None:
        return _or_unreadable(f"strftime({moment}, {quoted(_ISO_INSTANT)})", text)
    if zone != "UTC":
        moment = f"timezone('UTC', timezone({quoted(zone)}, {moment}))"
    return _or_unreadable(f"strftime({moment}, {quoted(_ISO_INSTANT)}) || 'Z'", text)


def _or_unreadable(value: str, text: str) -> str:
    return f"coalesce({value}, {quoted(UNREADABLE)} || {text})"
