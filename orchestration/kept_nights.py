"""Which nights keep their full rows, one per customer and scheme; every change is kept for ever."""

from collections.abc import Iterable
from datetime import date

import duckdb

from orchestration.database import has_table


def nights_to_keep(nights: Iterable[date], *, tonight: date, full_nights: int) -> set[date]:
    """Return the latest nights, the last existing one of every month, and the one that runs.

    Tonight is always among them, however old: the next night of a backfill names the measure that
    moved from its rows, and lets it go.

    Parameters
    ----------
    nights
        Every night that ever ran, thinned or not; tonight need not be among them.
    full_nights
        How many of the latest, by date, are kept whatever their day.
    """
    existing = sorted({*nights, tonight})
    last_of_month = {(night.year, night.month): night for night in existing}
    return {*existing[-full_nights:], *last_of_month.values(), tonight}


def write_kept_nights(
    connection: duckdb.DuckDBPyConnection, tonight: date, full_nights: int
) -> None:
    """Replace `ops.kept_nights`, by which dbt and the models drop full rows of other nights.

    A night that did not come to its end is none that others make room for.
    """
    nights = [tonight]
    if has_table(connection, "segments", "segment_nights"):
        rows = connection.execute(
            "select distinct as_of_date from segments.segment_nights "
            "where as_of_date not in (select as_of_date from ops.unfinished_nights)"
        )
        nights += [night for (night,) in rows.fetchall()]
    kept = nights_to_keep(nights, tonight=tonight, full_nights=full_nights)
    connection.execute("delete from ops.kept_nights")
    connection.execute(
        "insert into ops.kept_nights select unnest(?::date[])", [[str(day) for day in sorted(kept)]]
    )


def drop_other_nights(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop the rows of nights that are not kept from a table of full rows.

    The latest night before tonight stays, kept or not: tonight was reckoned from it, and is again
    when it is rebuilt.
    """
    connection.execute(
        f"delete from {table} where as_of_date not in (select as_of_date from ops.kept_nights) "
        f"and as_of_date not in (select coalesce(max(as_of_date), date '0001-01-01') from {table} "
        "where as_of_date < (select as_of_date from ops.night))"
    )
