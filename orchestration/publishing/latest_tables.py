"""The tables of the published night in the issue of a back-dated run."""

import duckdb

from orchestration.publishing.sql import columns_of, count_rows, name
from orchestration.publishing.tables import PUBLISHED, SENTENCES
from orchestration.publishing.withheld import UNSHOWN


def put_back_latest(
    warehouse: duckdb.DuckDBPyConnection, tables: dict[str, list[str]]
) -> dict[str, int]:
    """Replace the latest-night tables by the published file's; return their rows.

    The new file is attached as `served`, the published one as `published`.

    Segments that only the warehouse knows join `dim_segments`: other nights' rows name them. Who
    changed on the published night is what the warehouse says by now, as transitions and stays do,
    and so is where those stand whom a run of an earlier night told anew. Who refuses profiling
    since then is left out: consent is always today's.
    """
    rows = {}
    for table, published_columns in columns_of(warehouse, "published").items():
        published = PUBLISHED.get(table)
        if table not in tables or (published is not None and not published.is_latest):
            continue
        target, source = f"served.marts.{name(table)}", f"published.marts.{name(table)}"
        known = ", ".join(name(column) for column in tables[table] if column in published_columns)
        replaced = ""
        if table == "dim_segments":
            replaced = f"where (scheme, segment_id) in (select (scheme, segment_id) from {source})"
        shown = source
        if published is not None and published.retold_in is not None:
            shown = (
                f"{published.retold_in} "
                "where as_of_date = (select as_of_date from published.marts.run_info)"
            )
        elif "customer_id" in published_columns:
            shown = f"{source} anti join {UNSHOWN} using (customer_id)"
        warehouse.execute(f"delete from {target} {replaced}")
        warehouse.execute(f"insert into {target} by name (select {known} from {shown})")
        rows[table] = count_rows(warehouse, target)
    _follow_those_told_anew(warehouse)
    return rows


def _follow_those_told_anew(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Put the published night's border customers where a run of an earlier night put them since."""
    changed = ", ".join(
        f"{column} = retold.{column}"
        for column in columns_of(warehouse, "published")["fct_customer_segments"]
        if column not in ("as_of_date", "customer_id", "scheme", *SENTENCES)
    )
    retold = (
        "(select rows.* from segments.customer_segments as rows "
        "inner join ml.rechained_nights as nights on rows.as_of_date = nights.as_of_date "
        "inner join published.marts.run_info as info on rows.as_of_date = info.as_of_date "
        "where rows.scheme = 'behaviour' and rows.run_id <> info.run_id) as retold"
    )
    warehouse.execute(
        f"update served.marts.fct_customer_segments as rows set {changed} from {retold} "
        "where rows.customer_id = retold.customer_id and rows.scheme = retold.scheme"
    )
    warehouse.execute(
        "update served.marts.customer_360 as customers "
        f"set behaviour_segment = retold.segment_id from {retold} "
        "where customers.customer_id = retold.customer_id"
    )
