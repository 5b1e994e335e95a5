"""Which customers' rows are left out of the published files of kept nights."""

from datetime import date

import duckdb

UNSHOWN = "segments.unshown_customers"
"""Who refuses profiling by now, or of whom no landed row is left."""

WITHHELD_DDL = (
    # Whom the kept nights were searched for, with rows in them or without.
    "create table if not exists ops.withheld_customers (customer_id varchar not null)",
    # In which nights they have rows.
    """
    create table if not exists ops.withheld_rows (
        as_of_date date not null, customer_id varchar not null
    )
    """,
)


def withheld_by_night(warehouse: duckdb.DuckDBPyConnection, rows: str) -> dict[date, str]:
    """Return of each night in which rows are withheld a text that tells from whom.

    All nights are searched, and only for customers who are unshown since the last publish: kept
    nights are long, and of nearly everybody who is unshown it is known in which of them he is. Who
    is shown again is forgotten. It stands before the first file is written, so that a publish that
    breaks off leaves nobody out of it.

    Parameters
    ----------
    rows
        The table of all kept nights' rows.
    """
    kept, gone = "ops.withheld_customers", f"(select customer_id from {UNSHOWN})"
    warehouse.execute("begin")
    try:
        warehouse.execute(
            "create or replace temp table newly_unshown as "
            f"select customer_id from {UNSHOWN} except select customer_id from {kept}"
        )
        for table in ("ops.withheld_rows", kept):
            warehouse.execute(f"delete from {table} where customer_id not in {gone}")
        new = warehouse.execute(f"insert into {kept} from newly_unshown").fetchone()
        if new is not None and new[0]:
            warehouse.execute(
                "insert into ops.withheld_rows "
                f"select distinct as_of_date, customer_id from {rows} "
                "where customer_id in (select customer_id from newly_unshown)"
            )
        warehouse.execute("drop table newly_unshown")
    except BaseException:
        warehouse.execute("rollback")
        raise
    warehouse.execute("commit")
    return dict(
        warehouse.execute(
            "select as_of_date, count(*) || '-' || bit_xor(md5_number(customer_id)) "
            "from ops.withheld_rows group by as_of_date"
        ).fetchall()
    )
