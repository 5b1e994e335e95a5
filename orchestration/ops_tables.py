"""The tables of schema `ops`: the night's date and settings, check results, the current issue."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.errors import SettingsError
from orchestration.kept_nights import write_kept_nights
from orchestration.landing.hashed_files import HASHED_FILES_DDL
from orchestration.own_rules import COLUMNS as OWN_RULE_COLUMNS
from orchestration.own_rules import OwnScheme
from orchestration.playbook import PLAYBOOK_DDL
from orchestration.publishing.withheld import WITHHELD_DDL
from orchestration.scheme_settings import night_column_types
from orchestration.settings import Settings

# The night's date and every setting that SQL reads.
_NIGHT = """
        as_of_date date not null, run_id varchar not null, time_zone varchar not null,
        currency varchar, relationship varchar not null, language varchar not null,
        git_sha varchar not null, first_day date not null,
        control_tolerance decimal(18, 4) not null,
""" + ", ".join(f"{name} {kind}" for name, kind in night_column_types().items())
_OWN_RULES = ", ".join(f"{name} {kind}" for name, kind in OWN_RULE_COLUMNS.items())
_DDL = (
    "create schema if not exists ops",
    "create table if not exists ops.kept_nights (as_of_date date not null)",
    """
    create table if not exists ops.check_results (
        as_of_date date not null, run_id varchar not null, check_name varchar not null,
        asset varchar not null, severity varchar not null, passed boolean not null,
        measured double, threshold double, checked_at timestamp not null
    )
    """,
    """
    create table if not exists ops.issues (
        run_id varchar not null, as_of_date date not null, published_at timestamp not null,
        is_stale boolean not null, failed_as_of_date date, failed_at timestamp,
        git_sha varchar not null, model_ids varchar, schema_version varchar not null,
        strata_version varchar not null, dagster_version varchar not null,
        dbt_version varchar not null, duckdb_version varchar not null
    )
    """,
    # The files whose rows core holds, and what built it; both empty while it is built as a whole.
    "create table if not exists ops.applied_files (file_seq bigint not null)",
    "create table if not exists ops.core_build (fingerprint varchar not null)",
    # One row from when core begins to take in files until it has, with whether it had not the last
    # time that it began.
    "create table if not exists ops.core_intake (is_resumed boolean not null)",
    # The run after which the stays followed from all changes; empty while a run is at them.
    "create table if not exists ops.stays_build (run_id varchar not null)",
    # Nights that a run began and did not bring to an end.
    "create table if not exists ops.unfinished_nights (as_of_date date not null)",
    # What the company's own `playbook.csv` says, a row a segment.
    PLAYBOOK_DDL,
    # The first night's time zone: business days were cut by it, so it cannot change under them.
    "create table if not exists ops.account (time_zone varchar not null)",
    HASHED_FILES_DDL,
    *WITHHELD_DDL,
)


@dataclass(frozen=True)
class CheckResult:
    """One check of one night; `measured` and `threshold` are in the check's own unit."""

    check_name: str
    asset: str
    severity: str
    passed: bool
    measured: float | None
    threshold: float | None


def create_ops_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of `ops` where they are missing."""
    for statement in _DDL:
        connection.execute(statement)
    connection.execute(f"create table if not exists ops.night ({_NIGHT})")
    connection.execute(f"create table if not exists ops.own_rules ({_OWN_RULES})")


@cache
def git_sha() -> str:
    """Return the commit of the checkout that runs, `unknown` outside one."""
    if shutil.which("git") is None:
        return "unknown"
    # Installed by root and run by a user of its own, the checkout is one that git refuses to read.
    answer = subprocess.run(
        ["git", "-c", "safe.directory=*", "rev-parse", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() if answer.returncode == 0 else "unknown"


def hold_time_zone(connection: duckdb.DuckDBPyConnection, time_zone: str) -> None:
    """Keep the first night's time zone, and refuse another one: business days were cut by it.

    Raises
    ------
    SettingsError
        Saying which zone the first night used, and how to begin anew with another.
    """
    row = connection.execute("select time_zone from ops.account").fetchone()
    if row is None:
        connection.execute("insert into ops.account values (?)", [time_zone])
    elif row[0] != time_zone:
        raise SettingsError(
            f"The setting `time_zone` is {time_zone}, but the first night here was run in "
            f"{row[0]}, and every business day was cut by it. Set it back to {row[0]}; or rebuild "
            "everything from the landing files: take another STRATA_HOME (or move "
            "warehouse.duckdb, models/ and serving/ away), put the same files into its landing/ "
            f"and run the nights again with time_zone: {time_zone}."
        )


def write_night(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, run_id: str, settings: Settings
) -> None:
    """Replace the one row through which the night's date and the settings reach SQL.

    Which nights keep their full rows is written beside it, and the account's own rules.
    """
    row: dict[str, object] = {
        "as_of_date": as_of_date,
        "run_id": run_id,
        "time_zone": settings.time_zone,
        "currency": settings.currency or _only_currency(connection),
        "relationship": settings.relationship,
        "language": settings.language,
        "git_sha": git_sha(),
        "first_day": settings.first_day,
        "control_tolerance": settings.landing.control_tolerance,
        **settings.night_columns(),
    }
    connection.execute("begin")
    # Made anew, for a settings' column may have come or gone since the last night.
    connection.execute(f"create or replace table ops.night ({_NIGHT})")
    connection.execute(
        f"insert into ops.night ({', '.join(row)}) values ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    write_kept_nights(connection, as_of_date, settings.history.full_nights)
    _write_own_rules(connection, settings.own_rules)
    connection.execute("commit")


def _write_own_rules(connection: duckdb.DuckDBPyConnection, schemes: Sequence[OwnScheme]) -> None:
    connection.execute(f"create or replace table ops.own_rules ({_OWN_RULES})")
    rows = [list(row.values()) for scheme in schemes for row in scheme.rows()]
    if rows:
        places = ", ".join("?" * len(OWN_RULE_COLUMNS))
        connection.executemany(f"insert into ops.own_rules values ({places})", rows)


def _only_currency(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the currency that the landed lines name; ingest has made sure that it is one."""
    row = connection.execute("select max(currency) from raw.transactions").fetchone()
    return None if row is None else row[0]


def record_checks(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    results: Sequence[CheckResult],
) -> None:
    """Keep a run's check results; those of an earlier run of the same night are replaced."""
    connection.execute("begin")
    connection.execute("delete from ops.check_results where as_of_date = ?", [as_of_date])
    _insert_checks(connection, as_of_date, run_id, results)
    connection.execute("commit")


def add_checks(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    results: Sequence[CheckResult],
) -> None:
    """Keep check results that came after the publish; they go out with the next issue."""
    connection.execute("begin")
    for result in results:
        connection.execute(
            "delete from ops.check_results where as_of_date = ? and check_name = ? and asset = ?",
            [as_of_date, result.check_name, result.asset],
        )
    _insert_checks(connection, as_of_date, run_id, results)
    connection.execute("commit")


def _insert_checks(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    results: Sequence[CheckResult],
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    if results:
        connection.executemany(
            "insert into ops.check_results values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    as_of_date,
                    run_id,
                    result.check_name,
                    result.asset,
                    result.severity,
                    result.passed,
                    result.measured,
                    result.threshold,
                    now,
                )
                for result in results
            ],
        )


def record_issue(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    model_ids: Sequence[str],
    schema_version: str,
) -> None:
    """Replace the row that says what is being issued; `marts.run_info` shows it."""
    row = (
        run_id,
        as_of_date,
        datetime.now(UTC).replace(tzinfo=None),
        False,
        None,
        None,
        git_sha(),
        ",".join(model_ids) or None,
        schema_version,
        version("strata"),
        version("dagster"),
        version("dbt-core"),
        version("duckdb"),
    )
    connection.execute("begin")
    connection.execute("delete from ops.issues")
    connection.execute(f"insert into ops.issues values ({', '.join('?' * len(row))})", row)
    connection.execute("commit")
