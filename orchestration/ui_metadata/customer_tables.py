"""Small tables and pictures about customers; nothing of under ten of them."""

from itertools import groupby
from typing import Any

import dagster as dg
import duckdb

from orchestration.reporting.derivation import SMALL_CELL
from orchestration.ui_metadata.markdown import bar, table
from orchestration.ui_metadata.small_cells import hidden
from orchestration.ui_metadata.svg import line

Entries = dict[str, Any]
Connection = duckdb.DuckDBPyConnection

HIDDEN = "–"
NOTE = f"{HIDDEN}: under {SMALL_CELL} customers, or what would tell of them"


def customer_360(connection: Connection) -> Entries:
    """Show how much is known of the customers, column by column."""
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'marts' "
            "and table_name = 'customer_360' and database_name = current_database() "
            "order by column_index"
        ).fetchall()
    ]
    counts = ", ".join(f'count("{name}")' for name in columns)
    row = connection.execute(f"select count(*), {counts} from marts.customer_360").fetchone()
    assert row is not None
    customers, *known = row
    shares = {
        name: count / customers if customers else 0.0
        for name, count in zip(columns, known, strict=True)
    }
    lines = [[name, f"{share:.0%}", bar(share)] for name, share in shares.items()]
    return {
        "coverage": dg.MetadataValue.md(table(["column", "#known", " "], lines)),
        "columns": len(columns),
        "columns_known_of_all": sum(share == 1 for share in shares.values()),
        "columns_known_of_nobody": sum(share == 0 for share in shares.values()),
    }


def unavailable(connection: Connection) -> Entries:
    """Show which schemes there are not, and why."""
    rows = connection.execute(
        "select scheme, status_reason from marts.dim_segments where status = 'not_available' "
        "order by all"
    ).fetchall()
    available = connection.execute(
        "select count(distinct scheme) from marts.dim_segments where status <> 'not_available'"
    ).fetchone()
    text = table(["scheme", "why not"], [[*row] for row in rows]) if rows else "none"
    return {
        "schemes": available[0] if available else 0,
        "schemes_not_available": dg.MetadataValue.md(text),
    }


def customer_segments(connection: Connection) -> Entries:
    """Show every scheme's segments by customers and money; small ones hidden."""
    rows = connection.execute(
        """
        select
            profiles.scheme,
            coalesce(segments.segment_name, profiles.segment_id),
            profiles.customers,
            profiles.customer_share,
            profiles.spend_365d,
            night.currency
        from marts.fct_segment_profiles as profiles
        inner join ops.night as night on profiles.as_of_date = night.as_of_date
        left join marts.dim_segments as segments on profiles.segment_id = segments.segment_id
        order by profiles.scheme, profiles.customers desc, profiles.segment_id
        """
    ).fetchall()
    entries: Entries = {}
    for scheme, group in groupby(rows, key=lambda row: str(row[0])):
        segments = list(group)
        hide = hidden([row[2] for row in segments])
        widest = max(row[3] for row in segments) or 1.0
        lines = [
            [name, HIDDEN, HIDDEN, ""]
            if is_hidden
            else [name, f"{customers:,}", f"{spend or 0:,.0f}", bar(share / widest)]
            for (_, name, customers, share, spend, _), is_hidden in zip(segments, hide, strict=True)
        ]
        money = f"#{segments[0][5] or 'money'} in 365 days"
        note = f"\n\n{NOTE}" if any(hide) else ""
        entries[f"segments of {scheme}"] = dg.MetadataValue.md(
            table(["segment", "#customers", money, " "], lines) + note
        )
    return entries


def segment_changes(connection: Connection) -> Entries:
    """Show the largest moves of the night, none of under ten customers."""
    rows = connection.execute(
        """
        select
            coalesce(origins.segment_name, moves.from_segment_id),
            coalesce(targets.segment_name, moves.to_segment_id),
            moves.scheme,
            moves.customers
        from marts.fct_segment_transitions as moves
        inner join ops.night as night on moves.as_of_date = night.as_of_date
        left join marts.dim_segments as origins on moves.from_segment_id = origins.segment_id
        left join marts.dim_segments as targets on moves.to_segment_id = targets.segment_id
        where moves.from_segment_id <> moves.to_segment_id and moves.customers >= ?
        order by moves.customers desc, moves.scheme, moves.from_segment_id, moves.to_segment_id
        limit 15
        """,
        [SMALL_CELL],
    ).fetchall()
    lines = [[scheme, origin, target, f"{count:,}"] for origin, target, scheme, count in rows]
    text = table(["scheme", "from", "to", "#customers"], lines) if rows else "none"
    return {f"moves of {SMALL_CELL} customers or more": dg.MetadataValue.md(text)}


def scheme_scorecard(connection: Connection) -> Entries:
    """Show whether each scheme earns its keep tonight."""
    rows = connection.execute(
        """
        select scores.scheme, scores.segments, scores.measured_share, scores.actionable_share,
            scores.spend_concentration
        from marts.fct_scheme_scorecard as scores
        inner join ops.night as night on scores.as_of_date = night.as_of_date
        order by scores.spend_concentration desc nulls last, scores.scheme
        """
    ).fetchall()
    lines = [
        [scheme, str(segments), *map(_percent, (measured, actionable, told)), bar(told or 0.0)]
        for scheme, segments, measured, actionable, told in rows
    ]
    head = ["scheme", "#segments", "#measured", "#actionable", "#money told apart", " "]
    return {"tonight": dg.MetadataValue.md(table(head, lines))}


def daily_revenue(connection: Connection) -> Entries:
    """Draw the weeks' revenue; weeks of under ten orders are left out."""
    rows = connection.execute(
        """
        select date_trunc('week', revenue_date), sum(revenue)
        from marts.fct_daily_revenue group by all having sum(orders) >= ? and count(*) = 7
        order by 1 desc limit 52
        """,
        [SMALL_CELL],
    ).fetchall()[::-1]
    if not rows:
        return {}
    weeks = [float(revenue) for _, revenue in rows]
    text = line(
        weeks,
        "revenue by week",
        first=f"week of {rows[0][0]:%Y-%m-%d}",
        last=f"{rows[-1][0]:%Y-%m-%d}",
        top=f"revenue by week, at most {max(weeks):,.0f}",
    )
    return {"weeks": dg.MetadataValue.md(text)}


def cohort_retention(connection: Connection) -> Entries:
    """Draw the share that orders again by month since the first order; cohorts of ten or more."""
    rows = connection.execute(
        """
        select month_number, sum(active_customers) / sum(customers)
        from marts.fct_cohort_retention where customers >= ? group by all order by 1 limit 25
        """,
        [SMALL_CELL],
    ).fetchall()
    if not rows:
        return {}
    shares = [float(share) for _, share in rows]
    text = line(
        shares,
        "retention by month",
        first="month 0",
        last=f"month {rows[-1][0]}: {shares[-1]:.0%}",
        top="share of customers who order, by month since the first order",
        width=340,
    )
    return {"retention": dg.MetadataValue.md(text)}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
