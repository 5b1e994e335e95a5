"""Which runs there were, in order, and what each of them knew when its night began."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from orchestration.errors import InputError
from orchestration.ops_tables import git_sha
from orchestration.settings import Settings

MAX_RUNS_LISTED = 20
# What a night's rows do not depend on; where alerts, exports and copies go is of no matter later.
NOT_OF_THE_NIGHT: dict[str, Any] = {
    **dict.fromkeys(("alerts", "exports", "memory_limit", "publish", "schedule", "threads"), True),
    "landing": {"databases"},
}

_DDL = """
    create table if not exists ops.runs (
        run_number bigint not null, run_id varchar not null, as_of_date date not null,
        last_file_seq bigint not null, taken_back bigint[] not null, settings varchar not null,
        git_sha varchar not null, started_at timestamp not null
    )
"""


@dataclass(frozen=True)
class KnownRun:
    """One run, and what it knew.

    Attributes
    ----------
    number : place in the order of all runs; a run that is executed again keeps its last one.
    last_file_seq : it had read the landed files up to this one in load order.
    taken_back : those of them that had been unloaded by then.
    """

    number: int
    run_id: str
    as_of_date: date
    last_file_seq: int
    taken_back: frozenset[int]
    settings: dict[str, Any]
    git_sha: str


def record_run(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, run_id: str, settings: Settings
) -> None:
    """Write down what a run knows, once its files are in raw."""
    connection.execute(_DDL)
    kept = settings.model_dump_json(exclude=NOT_OF_THE_NIGHT)
    connection.execute("begin")
    connection.execute("delete from ops.runs where run_id = ?", [run_id])
    connection.execute(
        """
        insert into ops.runs
        select
            (select coalesce(max(run_number), 0) + 1 from ops.runs),
            ?, ?,
            coalesce(max(file_seq), 0),
            coalesce(list(file_seq order by file_seq) filter (where status = 'unloaded'), []),
            ?, ?, ?
        from raw.files
        """,
        [run_id, as_of_date, kept, git_sha(), datetime.now(UTC).replace(tzinfo=None)],
    )
    connection.execute("commit")


def known_runs(connection: duckdb.DuckDBPyConnection) -> list[KnownRun]:
    """Return all runs that began a night, oldest first; none if nothing has run yet."""
    exists = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'ops' and table_name = 'runs' "
        "and database_name = current_database()"
    ).fetchone()
    if not exists or not exists[0]:
        return []
    rows = connection.execute(
        "select run_number, run_id, as_of_date, last_file_seq, taken_back, settings, git_sha "
        "from ops.runs order by run_number"
    ).fetchall()
    return [
        KnownRun(number, run_id, night, last, frozenset(back), json.loads(settings), sha)
        for number, run_id, night, last, back, settings, sha in rows
    ]


def find_run(runs: list[KnownRun], run_id: str) -> KnownRun:
    """Return the run of an id or of its first characters, as the terminal shows it.

    Raises
    ------
    InputError
        If it is no run, or could be several; lists those there are and their nights.
    """
    found = [run for run in runs if run_id and run.run_id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    listed = [f"{run.run_id} (night of {run.as_of_date})" for run in reversed(found or runs)]
    more = len(listed) - MAX_RUNS_LISTED
    raise InputError(
        (
            f"{len(found)} runs begin with {run_id!r}. "
            if found
            else f"No run is called {run_id!r}. "
        )
        + (
            f"Known, latest first: {', '.join(listed[:MAX_RUNS_LISTED])}"
            + (f" and {more} more." if more > 0 else ".")
            if listed
            else "No night has been run yet."
        )
    )
