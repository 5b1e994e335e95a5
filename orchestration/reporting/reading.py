"""Reads the figures of the published night from the serving file's `marts` and nothing else."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.database import opened
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.reporting import queries, span_queries
from orchestration.reporting.figures import Crossed, Earlier, Group, NightFigures, Row, Segment
from orchestration.reporting.overview import CHIEF
from orchestration.reporting.protection import protected

MONTH_REACH = timedelta(days=7)
"""How far from a month ago a night may lie to be compared with as such: weekly nights qualify."""

LEAVING = {
    "churn_risk": ("churn_risk.high", "churn_risk.medium"),
    "lifecycle": ("lifecycle.at_risk", "lifecycle.dormant", "lifecycle.churned"),
}
"""Segments whose customers are leaving or have left; they are told by what they are worth."""
WORTH = "value_tier"


def read_figures(serving_file: Path, *, matrix_days: int) -> NightFigures:
    """Read the night that a serving file holds.

    Parameters
    ----------
    matrix_days
        How many days back the migrations may begin; they do on the first night there is.

    Raises
    ------
    StrataError
        If the file does not hold one night.
    """
    with opened(serving_file, Home.of_serving_file(serving_file), read_only=True) as connection:
        info = _rows(connection, "select * from marts.run_info")
        if len(info) != 1:
            raise StrataError(f"{serving_file} has {len(info)} rows in run_info instead of one.")
        night = info[0]["as_of_date"]
        nights = _rows(connection, span_queries.NIGHTS)
        figures = NightFigures(
            run_info=info[0],
            totals=_rows(connection, queries.TOTALS)[0],
            year=_rows(connection, queries.YEAR, night)[0],
            schemes=_schemes(connection, night),
            unavailable=_rows(connection, queries.UNAVAILABLE),
            scorecards=_rows(connection, queries.SCORECARDS, night),
            grid=_rows(connection, queries.GRID),
            index=_index(connection),
            movers=_rows(connection, span_queries.MOVERS, night),
            migrations=_migrations(
                connection, span_queries.SPANS_OF_DAYS.replace("$days", str(matrix_days)), night
            ),
            earlier=_earlier(connection, night, nights),
            nights=nights,
            crossed=_crossed(connection),
            cohorts=_rows(connection, queries.COHORTS),
            segments=_rows(connection, queries.SEGMENTS),
            daily=[(row["day"], row["revenue"]) for row in _rows(connection, queries.DAILY, night)],
            checks=_rows(connection, queries.CHECKS, night),
            balance=_rows(connection, queries.BALANCE),
            rejected=_rows(connection, queries.REJECTED),
            model_runs=_rows(connection, queries.MODEL_RUNS, night),
            backtests=_rows(connection, queries.BACKTESTS, night),
            candidates=_rows(connection, queries.CANDIDATES, night),
            borders={row["segment_id"]: row for row in _rows(connection, queries.BORDERS)},
            reasons={
                row["segment_id"]: row["reasons"] for row in _rows(connection, queries.REASONS)
            },
        )
    return protected(figures)


def _schemes(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, list[Segment]]:
    """Return the segments of each available scheme, the most valuable first."""
    schemes: dict[str, list[Segment]] = {}
    for row in _rows(connection, queries.PROFILES, night):
        group = Group(row["customers"], row["spend_365d"] or Decimal(0))
        schemes.setdefault(row["scheme"], []).append(
            Segment(row["segment_id"], group, row["customer_share"], row["spend_share"], row)
        )
    first = ("rfm", "value_tier", "lifecycle", "churn_risk", "clv_tier", "behaviour")
    order = sorted(
        schemes,
        key=lambda scheme: (
            scheme not in first,
            first.index(scheme) if scheme in first else 0,
            scheme,
        ),
    )
    return {scheme: schemes[scheme] for scheme in order}


def _index(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dict[str, float]]]:
    index: dict[str, dict[str, dict[str, float]]] = {}
    for row in _rows(connection, queries.INDEX):
        of_scheme = index.setdefault(row["scheme"], {})
        of_scheme.setdefault(row["segment_id"], {})[row["feature"]] = row["index_vs_base"]
    return index


def a_month_before(night: date) -> date:
    """Return the same day of the month before; its last day if that is shorter."""
    end_of_month = night.replace(day=1) - timedelta(days=1)
    return end_of_month.replace(day=min(night.day, end_of_month.day))


def night_a_month_ago(nights: Iterable[date], night: date) -> date | None:
    """Return the night nearest to a month ago within a week of it; of two as near the earlier."""
    day = a_month_before(night)
    near = [other for other in nights if abs(other - day) <= MONTH_REACH]
    return min(near, key=lambda other: (abs(other - day), other), default=None)


def _earlier(
    connection: duckdb.DuckDBPyConnection, night: date, nights: list[Row]
) -> tuple[Earlier, ...]:
    """Return the night before that was run, and the one about a month ago, if they exist."""
    flows = _rows(connection, span_queries.FLOWS, night)
    before = max((row["previous_as_of_date"] for row in flows), default=None)
    known = [row["as_of_date"] for row in nights if row["customers"] is not None]
    month = night_a_month_ago(known, night)
    found = []
    if before is not None:
        of_before = [row for row in flows if row["previous_as_of_date"] == before]
        found.append(_earlier_night(connection, "night", before, of_before))
    if month is not None:
        chief = ", ".join(f"'{scheme}'" for scheme in CHIEF)
        spans = span_queries.SPANS_SINCE.replace("$since", f"date '{month}'")
        spans = spans.replace("$schemes", chief)
        found.append(
            _earlier_night(connection, "month", month, _migrations(connection, spans, night))
        )
    return tuple(found)


def _earlier_night(
    connection: duckdb.DuckDBPyConnection, kind: str, night: date, flows: list[Row]
) -> Earlier:
    sizes = _rows(connection, span_queries.SIZES.replace("$since", f"date '{night}'"))
    return Earlier(
        kind,
        night,
        flows,
        {
            (row["scheme"], row["segment_id"]): Group(row["customers"], row["spend"])
            for row in sizes
        },
        _rows(connection, queries.YEAR, night)[0],
    )


def _migrations(connection: duckdb.DuckDBPyConnection, spans: str, night: date) -> list[Row]:
    return _rows(connection, span_queries.MIGRATIONS.replace("$spans", spans), night)


def _crossed(connection: duckdb.DuckDBPyConnection) -> dict[str, Crossed]:
    """Return how many of who leaves, by churn risk and by lifecycle, are worth how much."""
    crossed = {}
    for scheme, segments in LEAVING.items():
        sql = queries.CROSSED.replace("$rows", scheme).replace("$columns", WORTH)
        listed = ", ".join(f"'{segment}'" for segment in segments)
        if found := _rows(connection, sql.replace("$leaving", listed)):
            crossed[scheme] = Crossed(scheme, segments, WORTH, found)
    return crossed


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, night: date | None = None) -> list[Row]:
    # As a literal: binding a value would make DuckDB import pandas, a second for nothing.
    result = connection.execute(sql.replace("$night", f"date '{night}'"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
