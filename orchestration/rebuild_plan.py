"""What a rebuild may know: the files, settings and models of now, or those of an earlier run."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.dbt import parsed_manifest
from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.ops_tables import git_sha
from orchestration.rebuild_copy import CopyPlan
from orchestration.run_log import KnownRun, find_run, known_runs
from orchestration.settings import Settings

MAX_LISTED = 5


@dataclass(frozen=True)
class RebuildPlan:
    """What to copy, under which settings, and what a person has to be told about it."""

    name: str
    copy: CopyPlan
    settings: Settings
    notes: tuple[str, ...]


def plan_as_known_now(home: Home, settings: Settings, as_of_date: date) -> RebuildPlan:
    """Return the plan of a night from every landed file, under the settings of now."""
    return RebuildPlan(
        name=as_of_date.isoformat(),
        copy=CopyPlan(as_of_date, _tables_of_nights(home)),
        settings=_of_the_night(settings, settings.model_dump(mode="json")),
        notes=(),
    )


def plan_as_known_at(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    settings: Settings,
    as_of_date: date,
    run_id: str,
    *,
    has_later_nights: bool = False,
) -> RebuildPlan:
    """Return the plan of a night from the files, settings and models that a run knew.

    Raises
    ------
    InputError
        If the run is unknown, or a file that it had read was taken back since.
    """
    runs = known_runs(connection)
    run = find_run(runs, run_id)
    _refuse_taken_back(connection, run)
    first: dict[date, int] = {}
    last: dict[date, int] = {}
    for each in runs:
        first.setdefault(each.as_of_date, each.number)
        last[each.as_of_date] = each.number
    return RebuildPlan(
        name=f"{as_of_date}-{run.run_id[:8]}",
        copy=CopyPlan(
            as_of_date,
            _tables_of_nights(home),
            last_file_seq=run.last_file_seq,
            has_later_nights=has_later_nights,
            unknown_nights=tuple(n for n, number in sorted(first.items()) if number > run.number),
        ),
        settings=_of_the_night(settings, run.settings),
        notes=_notes(
            connection,
            run,
            sorted(n for n, number in last.items() if number > run.number and n < as_of_date),
        ),
    )


def _of_the_night(now: Settings, values: dict[str, Any]) -> Settings:
    """Return a night's settings with the machine's of now; a rebuild alerts nobody."""
    machine = {"memory_limit": now.memory_limit, "threads": now.threads}
    return Settings.model_validate({**values, **machine, "alerts": {}})


def _tables_of_nights(home: Home) -> tuple[str, ...]:
    """Return the tables of schema `segments` that grow from night to night."""
    return tuple(
        sorted(
            node.name
            for node in parsed_manifest(home).nodes.values()
            if node.schema == "segments"
            and str(node.resource_type) == "model"
            and node.config.materialized == "incremental"
        )
    )


def _refuse_taken_back(connection: duckdb.DuckDBPyConnection, run: KnownRun) -> None:
    rows = connection.execute(
        "select file_seq, source_table || '/' || file_name from raw.files "
        "where status = 'unloaded' and file_seq <= ? order by file_seq",
        [run.last_file_seq],
    ).fetchall()
    gone = [label for file_seq, label in rows if file_seq not in run.taken_back]
    if gone:
        raise InputError(
            f"What the run {run.run_id} knew cannot be had again: {len(gone)} files that it had "
            f"read were taken back since ({', '.join(gone[:MAX_LISTED])}"
            + (", …" if len(gone) > MAX_LISTED else "")
            + "), and their rows are gone. Without --known-at the night is rebuilt from what is "
            "known now."
        )


def _notes(
    connection: duckdb.DuckDBPyConnection, run: KnownRun, run_since: list[date]
) -> tuple[str, ...]:
    """Say in words what is left out, and what could not be taken back to the run."""
    row = connection.execute(
        "select count(*) from raw.files where file_seq > ? and status <> 'unloaded'",
        [run.last_file_seq],
    ).fetchone()
    later = row[0] if row else 0
    notes = [f"As known at the run {run.run_id[:8]}: {later} files that landed since are left out."]
    if run_since:
        listed = ", ".join(str(night) for night in run_since[-MAX_LISTED:])
        notes.append(
            f"{len(run_since)} earlier nights were run after that run (latest: {listed}): stays, "
            "changes and transitions follow those nights as they stand now."
        )
    if run.git_sha != git_sha():
        notes.append(
            f"That run was of another version of Strata ({run.git_sha[:10]}, this is "
            f"{git_sha()[:10]}): rules that changed in between give other rows."
        )
    return tuple(notes)
