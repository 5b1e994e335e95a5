"""The figures of one published night, read from the serving file's `marts` and nothing else."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.database import opened
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.reporting import queries

SMALL_CELL = 10
"""Groups of fewer customers are shown as `<10` and without their money: they may be recognised."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Some customers and what they spent; knows whether it is too small to be shown exactly."""

    customers: int
    spend: Decimal

    @property
    def is_small(self) -> bool:
        return 0 < self.customers < SMALL_CELL


@dataclass(frozen=True)
class Segment:
    """One segment on the night; names and medians as published."""

    segment_id: str
    group: Group
    customer_share: float
    spend_share: float | None
    facts: Row


@dataclass(frozen=True)
class NightFigures:
    """Everything that the page says, read in one go."""

    run_info: Row
    totals: Row
    year: Row
    schemes: dict[str, list[Segment]]
    unavailable: list[Row]
    scorecards: list[Row]
    grid: dict[tuple[int, int], Group]
    feature_index: dict[str, dict[str, float]]
    moves: list[Row]
    movers: list[Row]
    migrations: list[Row]
    segments: list[Row]
    daily: list[tuple[date, Decimal]]
    checks: list[Row]
    balance: list[Row]
    rejected: list[Row]
    model_runs: list[Row]
    backtests: list[Row]
    candidates: list[Row]
    borders: dict[str, Row]
    reasons: dict[str, list[str | None]]

    @property
    def names(self) -> dict[str, Row]:
        """Return the names of every segment by its id."""
        return {row["segment_id"]: row for row in self.segments}

    @property
    def as_of_date(self) -> date:
        night: date = self.run_info["as_of_date"]
        return night


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
        return NightFigures(
            run_info=info[0],
            totals=_rows(connection, queries.TOTALS)[0],
            year=_rows(connection, queries.YEAR, night)[0],
            schemes=_schemes(connection, night),
            unavailable=_rows(connection, queries.UNAVAILABLE),
            scorecards=_rows(connection, queries.SCORECARDS, night),
            grid={
                (row["r_score"], row["fm_score"]): Group(row["customers"], row["spend"])
                for row in _rows(connection, queries.GRID)
            },
            feature_index=_feature_index(connection),
            moves=_rows(connection, queries.MOVES, night),
            movers=_rows(connection, queries.MOVERS, night),
            migrations=_rows(
                connection, queries.MIGRATIONS.replace("$days", str(matrix_days)), night
            ),
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


def _feature_index(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    """Return, by learned segment and feature, the mean against everybody's (100 = the same)."""
    rows = _rows(
        connection,
        "select segment_id, feature, index_vs_base from marts.fct_segment_feature_index "
        "where scheme = 'behaviour' and index_vs_base is not null order by segment_id, feature",
    )
    index: dict[str, dict[str, float]] = {}
    for row in rows:
        index.setdefault(row["segment_id"], {})[row["feature"]] = row["index_vs_base"]
    return index


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, night: date | None = None) -> list[Row]:
    # As a literal: binding a value would make DuckDB import pandas, a second for nothing.
    result = connection.execute(sql.replace("$night", f"date '{night}'"))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
