"""Rules that hold over all landed files together: one currency, one way of keying an order."""

import re
from dataclasses import dataclass

import duckdb

from orchestration.errors import LandingError
from orchestration.landing.schema import has_raw_schema
from orchestration.settings import Settings

MAX_FILES_NAMED = 3


@dataclass(frozen=True)
class LoadedLines:
    """The transactions of earlier nights: their currencies (least, greatest), and their keys.

    Statistics tell all of it, however many lines there are, as long as no transaction has added
    any; after that DuckDB would read every line.
    """

    currencies: frozenset[str] = frozenset()
    lines: int = 0
    keyed_lines: int = 0


_NOTHING_LOADED = LoadedLines()


def lines_loaded(connection: duckdb.DuckDBPyConnection) -> LoadedLines:
    """Look at the transactions that raw holds before this night's are added."""
    if not has_raw_schema(connection):
        return LoadedLines()
    row = connection.execute(
        "select min(currency), max(currency), count(*), count(line_id) from raw.transactions"
    ).fetchone()
    assert row is not None
    least, greatest, lines, keyed_lines = row
    return LoadedLines(frozenset({least, greatest} - {None}), lines, keyed_lines)


def check_currencies(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    first_new_file: int = 0,
    loaded: LoadedLines = _NOTHING_LOADED,
) -> None:
    """Refuse lines in two currencies: adding them up would give a number of neither.

    With the setting, lines in another currency were rejected before they came here; what is left
    was landed before the setting was made.

    Raises
    ------
    LandingError
        Naming the currencies, files of each, and the setting.
    """
    # All lines are only looked at to name the files.
    ends = connection.execute(
        "select min(currency), max(currency) from raw.transactions where file_seq >= ?",
        [first_new_file],
    ).fetchone()
    assert ends is not None
    currencies = (loaded.currencies | set(ends)) - {None}
    if len(currencies) <= 1 and currencies <= {settings.currency or min(currencies, default="")}:
        return
    files_by_currency: dict[str, list[str]] = {}
    for currency, name in connection.execute(
        """
        with named as (
            select distinct currency, file_seq from raw.transactions where currency is not null
        )
        select named.currency, 'transactions/' || files.file_name
        from named
        inner join raw.files as files using (file_seq)
        order by named.currency, files.file_seq
        """
    ).fetchall():
        files_by_currency.setdefault(currency, []).append(name)
    if settings.currency is not None:
        others = {c: f for c, f in files_by_currency.items() if c != settings.currency}
        if others:
            raise LandingError(
                f"The setting `currency: {settings.currency}` came after lines in another currency "
                f"were landed: {_named(others)}. Take these files back with `strata unload`, then "
                "land them again: their lines in another currency are then rejected."
            )
    elif len(files_by_currency) > 1:
        raise LandingError(
            f"The transactions are in {len(files_by_currency)} currencies: "
            f"{_named(files_by_currency)}. Set `currency:` in strata.yml to the account's; lines "
            "in another one are then rejected (`other_currency`). Or land them converted."
        )


def check_one_way_of_keying(
    connection: duckdb.DuckDBPyConnection,
    first_new_file: int = 0,
    loaded: LoadedLines = _NOTHING_LOADED,
) -> None:
    """Refuse an order whose lines have a `line_id` in one file and none in another.

    Lines with a key replace each other by the key, lines without one by being equal: nobody can
    tell whether the two files hold the same lines, so they would count twice.

    Raises
    ------
    LandingError
        Naming both files and a line of each.
    """
    counts = connection.execute(
        "select count(line_id), count(*) from raw.transactions where file_seq >= ?",
        [first_new_file],
    ).fetchone()
    assert counts is not None
    if loaded.keyed_lines + counts[0] in (0, loaded.lines + counts[1]):
        return
    found = connection.execute(
        """
        with touched as (
            select distinct order_id from raw.transactions where file_seq >= ?
        ),
        ways as (
            select
                lines.order_id,
                lines.line_id is not null as is_keyed,
                lines.file_seq,
                min(lines.row_number) as row_number
            from raw.transactions as lines
            semi join touched using (order_id)
            group by all
        )
        select keyed.file_seq, keyed.row_number, keyless.file_seq, keyless.row_number
        from ways as keyed
        inner join ways as keyless
            on keyed.order_id = keyless.order_id and keyed.file_seq <> keyless.file_seq
        where keyed.is_keyed and not keyless.is_keyed
        order by keyed.file_seq, keyed.row_number, keyless.file_seq
        limit 1
        """,
        [first_new_file],
    ).fetchone()
    if found is None:
        return
    names = dict(connection.execute("select file_seq, file_name from raw.files").fetchall())
    keyed_file, keyed_row, keyless_file, keyless_row = found
    raise LandingError(
        f"One order has lines with a `line_id` in transactions/{names[keyed_file]} (row "
        f"{keyed_row:,}) and lines without one in transactions/{names[keyless_file]} (row "
        f"{keyless_row:,}), so they might be the same lines twice. Give the lines of an order a "
        "`line_id` in every file or in none; a landed file is taken back with `strata unload`."
    )


def named_currency(currency: str) -> str:
    """Return a currency for a message; what is no code may be anything, and is not repeated."""
    return currency if re.fullmatch(r"[A-Z]{3}", currency) else "a value that is no ISO code"


def _named(files_by_currency: dict[str, list[str]]) -> str:
    """List currencies with some files of each."""
    parts = []
    for currency, files in files_by_currency.items():
        more = f" and {len(files) - MAX_FILES_NAMED} more" if len(files) > MAX_FILES_NAMED else ""
        parts.append(f"{named_currency(currency)} ({', '.join(files[:MAX_FILES_NAMED])}{more})")
    return "; ".join(parts)
