"""The published history of segments, brought forward from the issue before by what changed."""

import duckdb

from orchestration.publishing.sql import literal

TABLE = "fct_segment_history"
"""Of all tables the one that grows with time: of its rows, a night changes one in a hundred."""

_SERVED = f"served.marts.{TABLE}"
_SOURCE = f"marts.{TABLE}"
# A row a night, scheme and pair of segments, stayers included: they tell which run told a night.
_NIGHTS = "marts.fct_segment_transitions"
_CHANGES = "segments.segment_changes"


def is_like_source(warehouse: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the attached file has the tables to begin with, with tonight's columns."""
    columns = warehouse.execute(
        "select database_name, list((column_name, data_type) order by column_index) "
        "from duckdb_columns() where schema_name = 'marts' and table_name = ? "
        "and database_name in (current_database(), 'served') group by all",
        [TABLE],
    ).fetchall()
    nights = warehouse.execute(
        "select 1 from duckdb_tables() where database_name = 'served' and schema_name = 'marts' "
        f"and table_name = {literal(_NIGHTS.split('.')[1])}"
    ).fetchall()
    return len(columns) == 2 and columns[0][1] == columns[1][1] and bool(nights)


def bring_forward(warehouse: duckdb.DuckDBPyConnection) -> int | None:
    """Replace the stays that changed since the issue whose copy is attached as `served`.

    A stay follows from its customer's changes in the scheme, so what differs is told by pairs of
    customer and scheme with a change, then or now, on a night that was told by another run, or
    after it. Whether that was all is not trusted but looked at: both sides are counted and hashed.

    Returns
    -------
    int | None
        Rows of the source; None if the tables still differ. Then it must be written as a whole.
    """
    since = _first_other_night(warehouse)
    if since is not None:
        warehouse.execute(
            f"""
            create or replace temp table retold_stays as
            select customer_id, scheme from {_CHANGES} where as_of_date >= date '{since}'
            union
            select customer_id, scheme from {_SERVED}
            where valid_from >= date '{since}' or valid_to >= date '{since}'
            """
        )
        warehouse.execute(
            f"delete from {_SERVED} where (customer_id, scheme) in "
            "(select (customer_id, scheme) from retold_stays)"
        )
        warehouse.execute(
            f"insert into {_SERVED} select history.* from {_SOURCE} as history "
            "inner join retold_stays using (customer_id, scheme)"
        )
        warehouse.execute("drop table retold_stays")
    rows, digest = _digest(warehouse, _SOURCE)
    return rows if (rows, digest) == _digest(warehouse, _SERVED) else None


def _first_other_night(warehouse: duckdb.DuckDBPyConnection) -> str | None:
    """Return the first night that is not told by the same run on both sides, if any."""
    here, there = (
        f"select as_of_date, run_id from {nights}" for nights in (_NIGHTS, f"served.{_NIGHTS}")
    )
    row = warehouse.execute(
        f"select min(as_of_date) from (({here} except {there}) union all ({there} except {here}))"
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _digest(warehouse: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Return the rows of a table, and a sum of their hashes that holds in this process alone."""
    row = warehouse.execute(f"select count(*), sum(hash(row)) from {table} as row").fetchone()
    assert row is not None
    return int(row[0]), int(row[1] or 0)
