"""Nights that a run began and did not bring to an end: they count as none, and are taken back."""

from datetime import date

import duckdb

from orchestration.behaviour_rechain import take_back_places
from orchestration.database import has_table
from orchestration.stays_state import begin_stays, end_stays

# What is told of a night by itself. Its changes and transitions are taken out by the models that
# tell the night after it anew: until then they say who stood where on nights without full rows.
_TABLES_OF_NIGHTS = (
    "customer_segments",
    "segment_nights",
    "segments_side_by_side",
    "segment_outcomes",
)
# A night's next days are told once a night that much later has run.
_OUTCOME_DAYS = 90


def begin_scores(connection: duckdb.DuckDBPyConnection, night: date, run_id: str) -> list[date]:
    """Note that a run is at a night's scores; take back those of other unfinished nights.

    A night whose segments stand from an earlier run is not noted yet: a run that breaks off before
    it comes to them leaves them whole.

    Returns
    -------
    The nights that were taken back.
    """
    others = _taken_back(connection, night, run_id)
    if not _has_segments(connection, night):
        _note(connection, night)
    return others


def begin_segments(
    connection: duckdb.DuckDBPyConnection, night: date, run_id: str, *, is_whole: bool
) -> list[date]:
    """Note that a run is at a night's segments, until `end_segments`; take back other such nights.

    Whatever a run did not come to, such as the changes or the transitions of its night, no later
    night would write. So the next night begins as if there had been none: it is compared with the
    last one that came through, and so is the night after an unfinished one, if there is any.
    A run of a part of the stage takes nothing back, and does not make a night whole.

    Returns
    -------
    The nights that were taken back.
    """
    others = []
    if is_whole:
        others = _taken_back(connection, night, run_id)
        if others:
            _drop_segments(connection, others, night)
        _note(connection, night)
    begin_stays(connection, is_whole=is_whole)
    return others


def end_segments(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Note that all of a night's segments stand; only after one run has built the whole stage."""
    connection.execute("begin")
    connection.execute("delete from ops.unfinished_nights")
    connection.execute("delete from ml.told_anew")
    end_stays(connection, run_id)
    connection.execute("commit")


def unfinished_nights(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Return the nights that a run began and did not bring to an end, oldest first.

    None where a warehouse of an earlier version does not say.
    """
    if not has_table(connection, "ops", "unfinished_nights"):
        return []
    rows = connection.execute("select as_of_date from ops.unfinished_nights order by 1").fetchall()
    return [night for (night,) in rows]


def told_of(night: date) -> str:
    """Say that a night was taken back, and how it can be had."""
    return (
        f"The run of the night of {night} did not come to its end: it counts as none until it is "
        "run again. This night is compared with the last one before that came through."
    )


def _note(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    if night not in unfinished_nights(connection):
        connection.execute("insert into ops.unfinished_nights values (?)", [night])


def _taken_back(connection: duckdb.DuckDBPyConnection, night: date, run_id: str) -> list[date]:
    """Take back the scores of unfinished nights but the one that is run, the latest first."""
    others = [each for each in unfinished_nights(connection) if each != night]
    for other in reversed(others):
        take_back_places(connection, other, run_id)
    return others


def _drop_segments(
    connection: duckdb.DuckDBPyConnection, nights: list[date], tonight: date
) -> None:
    listed = ", ".join(f"date '{night}'" for night in nights)
    connection.execute("begin")
    for table in _TABLES_OF_NIGHTS:
        if has_table(connection, "segments", table):
            connection.execute(f"delete from segments.{table} where as_of_date in ({listed})")
    if has_table(connection, "segments", "segment_outcomes"):
        connection.execute(
            "delete from segments.segment_outcomes where as_of_date > greatest(?, "
            "(select max(as_of_date) from segments.segment_nights)) - ?",
            [tonight, _OUTCOME_DAYS],
        )
    connection.execute("commit")


def _has_segments(connection: duckdb.DuckDBPyConnection, night: date) -> bool:
    if not has_table(connection, "segments", "segment_nights"):
        return False
    found = connection.execute(
        "select 1 from segments.segment_nights where as_of_date = ? limit 1", [night]
    ).fetchone()
    return found is not None
