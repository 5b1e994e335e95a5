"""The figures of one published night, read from the serving file's `marts` and nothing else."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import StrataError

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
    grid: dict[tuple[int, int], Group]
    feature_index: dict[str, dict[str, float]]
    moves: list[Row]
    movers: list[Row]
    daily: list[tuple[date, Decimal]]
    checks: list[Row]
    balance: list[Row]
    rejected: list[Row]
    model_runs: list[Row]

    @property
    def as_of_date(self) -> date:
        night: date = self.run_info["as_of_date"]
        return night


def read_figures(serving_file: Path) -> NightFigures:
    """Read the night that a serving file holds.

    Raises
    ------
    StrataError
        If the file does not hold one night.
    """
    with closing(duckdb.connect(str(serving_file), read_only=True)) as connection:
        info = _rows(connection, "select * from marts.run_info")
        if len(info) != 1:
            raise StrataError(f"{serving_file} has {len(info)} rows in run_info instead of one.")
        night = info[0]["as_of_date"]
        return NightFigures(
            run_info=info[0],
            totals=_rows(connection, _TOTALS)[0],
            year=_rows(connection, _YEAR, night)[0],
            schemes=_schemes(connection, night),
            unavailable=_rows(connection, _UNAVAILABLE),
            grid={
                (row["r_score"], row["fm_score"]): Group(row["customers"], row["spend"])
                for row in _rows(connection, _GRID)
            },
            feature_index=_feature_index(connection),
            moves=_rows(connection, _MOVES, night),
            movers=_rows(connection, _MOVERS, night),
            daily=[(row["day"], row["revenue"]) for row in _rows(connection, _DAILY, night)],
            checks=_rows(connection, _CHECKS, night),
            balance=_rows(connection, _BALANCE),
            rejected=_rows(connection, _REJECTED),
            model_runs=_rows(connection, _MODEL_RUNS, night),
        )


_TOTALS = """
    select
        count(*) as customers,
        count(*) filter (where frequency > 0) as buyers,
        count(*) filter (where is_low_confidence) as low_confidence,
        count(p_alive) as with_p_alive,
        count(churn_probability) as with_churn,
        count(expected_spend_365d) as with_value,
        any_value(value_basis) as value_basis,
        coalesce(sum(spend_365d), 0) as spend
    from marts.customer_360
"""
_YEAR = """
    select
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(guest_revenue), 0) as guest_revenue,
        coalesce(sum(orders), 0)::bigint as orders
    from marts.fct_daily_revenue
    where revenue_date > $night - 365 and revenue_date <= $night
"""
_UNAVAILABLE = """
    select scheme, status_reason from marts.dim_segments
    where status = 'not_available' order by scheme
"""
_GRID = """
    select
        r_score,
        floor((f_score + m_score) / 2.0 + 0.5)::integer as fm_score,
        count(*) as customers,
        coalesce(sum(spend_365d), 0) as spend
    from marts.customer_360
    where r_score is not null
    group by all
"""
_MOVES = """
    select scheme, from_segment_id, to_segment_id, customers, previous_as_of_date
    from marts.fct_segment_transitions
    where as_of_date = $night and from_segment_id is distinct from to_segment_id
    order by scheme, customers desc, from_segment_id nulls first, to_segment_id nulls first
"""
_MOVERS = """
    select
        scheme,
        max(previous_as_of_date) as previous_as_of_date,
        sum(customers)::bigint as customers,
        coalesce(sum(customers) filter (
            where from_segment_id is distinct from to_segment_id
        ), 0)::bigint as moved
    from marts.fct_segment_transitions
    where as_of_date = $night and previous_as_of_date is not null
    group by scheme
    order by scheme
"""
_DAILY = """
    select revenue_date as day, revenue from marts.fct_daily_revenue
    where revenue_date > $night - 365 and revenue_date <= $night
    order by revenue_date
"""
_CHECKS = """
    select check_name, asset, severity, passed, measured, threshold
    from marts.fct_data_quality
    where as_of_date = $night
    order by passed, severity, asset, check_name
"""
_BALANCE = """
    select
        source_table,
        count(*) as files,
        sum(rows_in)::bigint as rows_in,
        sum(accepted)::bigint as accepted,
        sum(duplicates)::bigint as duplicates,
        sum(superseded)::bigint as superseded,
        sum(rejected)::bigint as rejected
    from marts.fct_landing_balance
    group by source_table
    order by rows_in desc, source_table
"""
_REJECTED = """
    select source_table, reason, sum(rows)::bigint as rows
    from marts.fct_rejected_rows
    group by all
    order by rows desc, source_table, reason
    limit 20
"""
_MODEL_RUNS = """
    select * from marts.fct_model_runs where as_of_date = $night order by kind, model_id
"""
_PROFILES = """
    select profiles.*, segments.* exclude (as_of_date, run_id, scheme, segment_id)
    from marts.fct_segment_profiles as profiles
    left join marts.dim_segments as segments
        on segments.scheme = profiles.scheme and segments.segment_id = profiles.segment_id
    where profiles.as_of_date = $night and profiles.customers > 0
    order by profiles.scheme, segments.worth_rank nulls last,
        profiles.spend_share desc nulls last, profiles.segment_id
"""


def _schemes(connection: duckdb.DuckDBPyConnection, night: date) -> dict[str, list[Segment]]:
    """Return the segments of each available scheme, the most valuable first."""
    profiles = _rows(connection, _PROFILES, night)
    spend: dict[str, Decimal] = {}
    for scheme in dict.fromkeys(row["scheme"] for row in profiles):
        column = f'"{scheme}_segment"'
        found = connection.execute(
            f"select {column}, coalesce(sum(spend_365d), 0) from marts.customer_360 "
            f"where {column} is not null group by 1"
        ).fetchall()
        spend |= dict(found)
    schemes: dict[str, list[Segment]] = {}
    for row in profiles:
        group = Group(row["customers"], spend.get(row["segment_id"], Decimal(0)))
        schemes.setdefault(row["scheme"], []).append(
            Segment(row["segment_id"], group, row["customer_share"], row["spend_share"], row)
        )
    first = ("rfm", "value_tier", "lifecycle", "behaviour")
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
