"""Whether the stays follow from all changes: a night that broke off in between left some out."""

import duckdb


def begin_stays(connection: duckdb.DuckDBPyConnection, *, is_whole: bool) -> None:
    """Note that a run is at the stays, until `end_stays`.

    Those that may lack changes are dropped, so that a run of the whole stage builds them anew; a
    run of a part of it may not build them at all, and leaves them to the next.
    """
    connection.execute("begin")
    if is_whole and connection.execute("select count(*) from ops.stays_build").fetchone() == (0,):
        held = connection.execute(
            "select table_type from information_schema.tables "
            "where table_schema = 'segments' and table_name = 'segment_stays'"
        ).fetchone()
        if held is not None:
            kind = "view" if held[0] == "VIEW" else "table"
            connection.execute(f"drop {kind} segments.segment_stays")
    connection.execute("delete from ops.stays_build")
    connection.execute("commit")


def end_stays(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Note that the stays follow from all changes; only after both were built by one run."""
    connection.execute("insert into ops.stays_build values (?)", [run_id])
