"""What a person at the terminal is told: what the night made, and how the last one went."""

import textwrap
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.alerting.ledger import read_ledger
from orchestration.begun_night import last_run
from orchestration.database import opened
from orchestration.errors import BusyError
from orchestration.exports.words import exports_of, missed_delivery, told_of_exports
from orchestration.home import Home
from orchestration.partitions import yesterday
from orchestration.schedules import night_to_run
from orchestration.settings import Settings

# Characters that stand for all of the money.
_BAR_WIDTH = 24
_NAME_WIDTH = 42
# Told segment by segment; of the others a line each.
_CHIEF_SCHEMES = ("rfm", "value_tier", "lifecycle")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def summarise(home: Home, currency: str | None) -> dict[str, Any]:
    """Return what the published night holds: customers, segments, checks, places."""
    with opened(home.serving / "strata.duckdb", home, read_only=True) as connection:
        info = _rows(connection, "select * from marts.run_info")[0]
        night = info["as_of_date"]
        segments = _rows(
            connection,
            f"""
            select profiles.scheme, profiles.segment_id, segments.segment_name,
                profiles.customers, profiles.customer_share, profiles.spend_share
            from marts.fct_segment_profiles as profiles
            join marts.dim_segments as segments using (scheme, segment_id)
            where profiles.as_of_date = date '{night}'
            order by profiles.scheme, profiles.spend_share desc nulls last, profiles.segment_id
            """,
        )
        unavailable = _rows(
            connection,
            "select scheme, status_reason from marts.dim_segments where status = 'not_available' "
            "order by scheme",
        )
        checks = _rows(
            connection,
            f"select check_name, asset, severity, passed, measured from marts.fct_data_quality "
            f"where as_of_date = date '{night}' order by asset, check_name",
        )
        totals = _rows(
            connection,
            "select count(*) as customers, count(*) filter (where frequency > 0) as with_orders, "
            "sum(spend_365d) as spend_365d from marts.customer_360",
        )[0]
    return {
        "ok": True,
        "as_of_date": night,
        "run_id": info["run_id"],
        "is_stale": info["is_stale"],
        "customers": totals["customers"],
        "customers_with_orders": totals["with_orders"],
        "spend_365d": totals["spend_365d"],
        "currency": currency,
        "segments": segments,
        "unavailable_schemes": unavailable,
        "checks_passed": sum(check["passed"] for check in checks),
        "checks": len(checks),
        "warnings": [check for check in checks if not check["passed"]],
        "tables": str(home.serving / "strata.duckdb"),
        "parquet": str(home.serving / "parquet" / "manifest.json"),
        "report": str(home.reports / f"{night}.html"),
        **exports_of(home, info["run_id"]),
    }


def summary_text(summary: dict[str, Any]) -> str:
    """Return the summary as the last lines of `strata run`."""
    money = f"{summary['spend_365d'] or 0:,.0f} {summary['currency'] or ''}".strip()
    lines = [
        "",
        f"Night of {summary['as_of_date']}: {summary['customers']:,} customers, "
        f"{summary['customers_with_orders']:,} with orders in the window, {money} in 365 days.",
    ]
    schemes: dict[str, list[dict[str, Any]]] = {}
    for row in summary["segments"]:
        schemes.setdefault(row["scheme"], []).append(row)
    for scheme in _CHIEF_SCHEMES:
        if scheme in schemes:
            lines += ["", _segment_heading(scheme)]
            lines += map(_segment_line, schemes.pop(scheme))
    if schemes:
        lines += ["", _segment_heading("the others: where most money is")]
        lines += [
            _segment_line({**rows[0], "segment_name": f"{scheme}: {rows[0]['segment_name']}"})
            for scheme, rows in schemes.items()
        ]
    without = [row["scheme"] for row in summary["unavailable_schemes"]]
    if without:
        lines += ["", "Not available (`strata check` says what would enable them):"]
        lines += textwrap.wrap(", ".join(without), 78, initial_indent="  ", subsequent_indent="  ")
    passed = f"{summary['checks_passed']} of {summary['checks']} checks passed"
    warned = f", {len(summary['warnings'])} warned" if summary["warnings"] else ""
    lines += ["", f"{passed}{warned}."]
    lines += [
        f"  warning: {check['check_name']} on {check['asset']}: {check['measured']:,.0f}"
        for check in summary["warnings"]
        if check["measured"] is not None
    ]
    lines += [
        "",
        f"Tables   {summary['tables']}  (schema marts; DuckDB 1.2 or later)",
        f"Parquet  {summary['parquet']}",
        f"Report   {summary['report']}",
        *told_of_exports(summary),
        "UI       make ui, then http://127.0.0.1:3000",
    ]
    return "\n".join(lines)


def _segment_heading(title: str) -> str:
    return f"{title:<{_NAME_WIDTH + 2}}{'customers':>9}  {'share':>6}  {'money':>6}"


def _segment_line(row: dict[str, Any]) -> str:
    """Return a segment's name, customers, shares, and a bar as long as its money."""
    spend = row["spend_share"]
    bar = "█" * round((spend or 0.0) * _BAR_WIDTH)
    spend_text = f"{spend:>6.1%}" if spend is not None else f"{'–':>6}"
    share = row["customer_share"] or 0.0
    return (
        f"  {row['segment_name']:<{_NAME_WIDTH}}{row['customers']:>9,}  {share:>6.1%}"
        f"  {spend_text}  {bar}"
    ).rstrip()


def last_night(home: Home, settings: Settings) -> dict[str, Any]:
    """Return how the last night went, and what is published.

    `ok` is false if the night that was begun last failed or was broken off, if the tables are
    stale, or if there are none.
    """
    run = last_run(home)
    path = home.serving / "strata.duckdb"
    if not path.exists():
        return {
            "ok": False,
            "reason": _nothing_published(run),
            "last_run": run,
            "undelivered_alerts": _undelivered(home),
        }
    with opened(path, home, read_only=True) as connection:
        info = _rows(connection, "select * from marts.run_info")[0]
        failed = _rows(
            connection,
            "select check_name, asset, severity, measured from marts.fct_data_quality "
            f"where not passed and as_of_date = date '{info['as_of_date']}' "
            "order by severity, asset, check_name",
        )
    failed += missed_delivery(home, info["run_id"])
    due = _due_night(home, settings)
    is_late = due is not None and info["as_of_date"] < due
    reason = None
    if run is not None and has_not_come_through(run):
        reason = f"{_how_it_went(run)}; the tables are those of {info['as_of_date']}."
    elif info["is_stale"]:
        reason = (
            f"The night of {info['failed_as_of_date']} failed at {info['failed_at']} UTC; the "
            f"tables are those of {info['as_of_date']}."
        )
    elif is_late:
        reason = f"The tables are of {info['as_of_date']}; the night of {due} is due."
    return {
        "ok": reason is None,
        "reason": reason,
        "last_run": run,
        "as_of_date": info["as_of_date"],
        "run_id": info["run_id"],
        "published_at": info["published_at"],
        "is_stale": bool(info["is_stale"] or is_late),
        "failed_as_of_date": info["failed_as_of_date"],
        "failed_at": info["failed_at"],
        "due": due,
        "failed_checks": failed,
        "undelivered_alerts": _undelivered(home),
    }


def has_not_come_through(run: dict[str, Any]) -> bool:
    """Say whether a night, as `last_run` tells it, ended and did not come through."""
    return run["state"] in ("failed", "broken off")


def _nothing_published(run: dict[str, Any] | None) -> str:
    if run is None or run["state"] == "through":
        return "Nothing is published yet: run `strata run`."
    return f"Nothing is published yet. {_how_it_went(run)}."


def _how_it_went(run: dict[str, Any]) -> str:
    """Say of the night that was begun last how it ended, without a full stop."""
    night = f"The night of {run['as_of_date']} (run {run['run_id'][:8]})"
    if run["state"] == "running":
        return f"{night} is running, since {run['begun_at']} UTC"
    if run["state"] == "failed":
        run_id = run["run_id"][:8]
        return f"The night of {run['as_of_date']} failed at {run['ended_at']} UTC (run {run_id})"
    return (
        f"{night}, begun at {run['begun_at']} UTC, was broken off before its end: run it again "
        f"(`strata run --as-of {run['as_of_date']}`)"
    )


def _undelivered(home: Home) -> list[dict[str, Any]]:
    """Return the alerts that did not arrive, and why."""
    return [
        {"kind": entry.kind, "night": entry.night, "since": entry.told_at, **entry.undelivered}
        for entry in read_ledger(home).undelivered
    ]


def _due_night(home: Home, settings: Settings) -> date | None:
    """Return the night that should be published by now: an hour is given after the schedule."""
    if settings.run_until_data:
        try:
            return night_to_run(home, settings)
        except BusyError:
            # A night is running: what is due will be published by it, or be said to be stale.
            return None
    hour, minute = (int(part) for part in settings.schedule.at.split(":"))
    now = datetime.now(ZoneInfo(settings.time_zone))
    due_at = now.replace(hour=hour, minute=minute, second=0) + timedelta(hours=1)
    last = yesterday(settings)
    return last if now >= due_at else last - timedelta(days=1)


def status_text(home: Home, state: dict[str, Any]) -> str:
    """Return the state of the last night as a few plain lines."""
    run = state["last_run"]
    why = run["why"] if run is not None and has_not_come_through(run) else None
    if "as_of_date" not in state:
        return "\n".join(
            [
                str(state["reason"]),
                *_indented(why),
                *map(_undelivered_line, state["undelivered_alerts"]),
            ]
        )
    age = datetime.now(UTC).replace(tzinfo=None) - state["published_at"]
    lines = [
        f"{_in_a_word(state)}: the night of {state['as_of_date']} "
        f"(run {state['run_id'][:8]}) was published {state['published_at']:%Y-%m-%d %H:%M} UTC, "
        f"{age.total_seconds() / 3600:.1f} hours ago."
    ]
    if state["reason"]:
        lines += [state["reason"], *_indented(why)]
    if run is not None and run["state"] == "running":
        lines.append(f"{_how_it_went(run)}.")
    lines += [
        f"  {check['severity']}: {check['check_name']} on {check['asset']}"
        + (f": {check['reason']}" if check.get("reason") else "")
        for check in state["failed_checks"]
    ]
    lines += map(_undelivered_line, state["undelivered_alerts"])
    lines.append(f"Tables: {home.serving / 'strata.duckdb'}")
    return "\n".join(lines)


def _in_a_word(state: dict[str, Any]) -> str:
    if state["ok"]:
        return "ok"
    return "STALE" if state["is_stale"] else "FAILED"


def _indented(text: str | None) -> list[str]:
    return [f"  {line}" for line in (text or "").splitlines()]


def _undelivered_line(alert: dict[str, Any]) -> str:
    about = {"kind", "night", "since"}
    why = ", ".join(f"{name}: {reason}" for name, reason in alert.items() if name not in about)
    told = f"{alert['kind']} of {alert['night']}, since {alert['since']}"
    return f"  alert not delivered: {told} ({why})"
