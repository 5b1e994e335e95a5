"""What a receiving tool has to add, change and take away since the export before."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.publishing.sql import literal, name


@dataclass(frozen=True)
class Changes:
    """How many profiles were added, changed and removed."""

    added: int
    changed: int
    removed: int


def changes_sql(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    tonight: Path,
    *,
    before: Path | None,
    told: Path | None,
) -> str:
    """Return the query of the rows that differ from the export before, in order of the id.

    `change` says `added`, `changed` or `removed`; of who was removed (left, or took consent back)
    nothing but the id goes out.

    Parameters
    ----------
    before
        Profiles of the export before, of another night; None if there is none: all are added.
    told
        Changes that an earlier run of this night has told. Whoever is among them is told again, as
        is right now, so that a tool ends at the same profiles with or without the earlier file.
    """
    if before is None:
        return f"select 'added' as change, * from read_parquet({literal(str(tonight))}) order by 2"
    columns, types = _columns(connection, tonight)
    compared = [column for column in columns if column not in ("customer_id", "as_of_date")]
    differs = "true"
    if _columns(connection, before) == (columns, types):
        differs = " or ".join(
            f"tonight.{name(column)} is distinct from before.{name(column)}" for column in compared
        )
    earlier = f"select customer_id from read_parquet({literal(str(told))})" if told else None
    again = f"or customer_id in ({earlier})" if earlier else ""
    gone = f"union {earlier}" if earlier else ""
    return f"""
        with
        tonight as (select * from read_parquet({literal(str(tonight))})),
        before as (select * from read_parquet({literal(str(before))})),
        gone as (
            (select customer_id from before {gone})
            except
            select customer_id from tonight
        )
        select
            case when before.customer_id is null then 'added' else 'changed' end as change,
            tonight.*
        from tonight
        left join before using (customer_id)
        where before.customer_id is null or {differs} {again}
        union all by name
        select 'removed' as change, customer_id, date '{as_of_date}' as as_of_date
        from gone
        order by customer_id
    """


def count_changes(connection: duckdb.DuckDBPyConnection, changes: Path) -> Changes:
    """Count the rows of a file of changes."""
    rows = connection.execute(
        f"select change, count(*) from read_parquet({literal(str(changes))}) group by change"
    ).fetchall()
    counted = dict(rows)
    return Changes(*(counted.get(change, 0) for change in ("added", "changed", "removed")))


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], list[str]]:
    rows = connection.execute(
        f"describe select * from read_parquet({literal(str(path))})"
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]
