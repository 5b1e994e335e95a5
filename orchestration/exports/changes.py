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
    nothing but the id goes out. Rows are compared by a hash of their values: a join that carries
    all columns of both nights takes twice as long.

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
    columns = _columns(connection, tonight)
    is_alike = _columns(connection, before) == columns
    compared = ", ".join(name(column) for column, _ in columns if column != "as_of_date")
    values = f"hash({compared})" if is_alike else "null"
    earlier = f"select customer_id from read_parquet({literal(str(told))})" if told else None
    again = f"or customer_id in ({earlier})" if earlier else ""
    gone = f"union {earlier}" if earlier else ""
    return f"""
        with
        tonight as (
            select customer_id, {values} as row_hash from read_parquet({literal(str(tonight))})
        ),
        before as (
            select customer_id, {values} as row_hash from read_parquet({literal(str(before))})
        ),
        told as (
            select
                customer_id,
                case when before.customer_id is null then 'added' else 'changed' end as change
            from tonight
            left join before using (customer_id)
            where
                before.customer_id is null
                or (tonight.row_hash = before.row_hash) is not true
                {again}
        ),
        gone as (
            (select customer_id from before {gone})
            except
            select customer_id from tonight
        )
        select told.change, profiles.*
        from read_parquet({literal(str(tonight))}) as profiles
        inner join told using (customer_id)
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


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    """Return the columns of a file in order, with their types."""
    rows = connection.execute(
        f"describe select * from read_parquet({literal(str(path))})"
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
