"""Two warehouses table by table: which rows stand in one and not in the other."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.publishing.sql import name

# Rows fall into this many buckets by hash; only buckets that differ are compared row by row.
BUCKETS = 1024
# With more buckets than these differing, the rest is not counted: everything is different.
MAX_BUCKETS = 64
MAX_KEYS = 5
# A temporary table: the keys that are told.
_CHOSEN = "chosen_keys"


@dataclass(frozen=True)
class TableDifference:
    """One table that differs.

    Attributes
    ----------
    rows : rows that stand on one side only; at least so many where `is_more`.
    keys : which rows, at most `MAX_KEYS`, in words: they may name customers.
    problem : why rows could not be compared, if they could not.
    """

    table: str
    rows: int = 0
    is_more: bool = False
    keys: tuple[str, ...] = ()
    problem: str | None = None

    def to_text(self) -> str:
        """Say what differs, without any key."""
        if self.problem:
            return f"{self.table}: {self.problem}"
        at_least = "at least " if self.is_more else ""
        return f"{self.table}: {at_least}{self.rows:,} rows differ"


@dataclass(frozen=True)
class Sides:
    """The two attached databases that are compared, and what they are called in words."""

    left: str
    right: str
    left_word: str
    right_word: str


def columns_by_table(
    connection: duckdb.DuckDBPyConnection, database: str, schemas: Collection[str]
) -> dict[str, list[str]]:
    """Return the columns of all tables and views of some schemas, from the catalogue."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, list(column_name order by column_index)
        from duckdb_columns()
        where database_name = ? and list_contains(?, schema_name) and not internal
        group by all
        order by all
        """,
        [database, sorted(schemas)],
    ).fetchall()
    return dict(rows)


def compare_table(
    connection: duckdb.DuckDBPyConnection,
    sides: Sides,
    table: str,
    columns: list[str],
    *,
    where: str,
    keys: list[str],
) -> TableDifference | None:
    """Compare the rows of one table as multisets; None if they are the same.

    Parameters
    ----------
    columns
        The columns to compare; both sides have them.
    where
        The condition on rows to compare.
    keys
        The columns that name a row, of `columns`.
    """
    listed = ", ".join(name(column) for column in columns)
    bucket = f"hash({listed}) % {BUCKETS}"
    left, right = (
        f"select {{columns}} from {database}.{table} as each_row where {where}"
        for database in (sides.left, sides.right)
    )
    different = _different_buckets(connection, left, right, bucket, f"hash({listed})")
    looked_at = different[:MAX_BUCKETS]
    if not looked_at:
        return None
    condition = f" and {bucket} in ({', '.join(map(str, looked_at))})"
    only = _only_on_each(left, right, listed, condition)
    counted = connection.execute(
        f"select {' + '.join(f'(select count(*) from ({query}))' for query in only)}"
    ).fetchone()
    assert counted is not None
    if not counted[0]:
        # Equal values with unlike hashes, such as 0.0 and -0.0.
        return None
    with _first_keys(connection, only, keys) as chosen:
        # The two halves of a changed row fall into two buckets, of which one may not be among
        # those looked at: what is said of a key is asked of all rows.
        of_keys = _only_on_each(left, right, listed, f" and {chosen}")
        found = [_rows_by_key(connection, query, columns, keys) for query in of_keys]
    return TableDifference(
        table,
        rows=int(counted[0]),
        is_more=len(different) > len(looked_at),
        keys=tuple(_explain_keys(sides, *found)),
    )


def _only_on_each(left: str, right: str, listed: str, condition: str) -> list[str]:
    """Return the queries of rows that stand on the left only, and on the right only."""
    one, other = (f"{side.format(columns=listed)}{condition}" for side in (left, right))
    return [f"({one}) except all ({other})", f"({other}) except all ({one})"]


@contextmanager
def _first_keys(
    connection: duckdb.DuckDBPyConnection, only: Sequence[str], keys: Sequence[str]
) -> Iterator[str]:
    """Choose the first keys of both sides' rows; yield the condition that a row has one of them."""
    listed = ", ".join(name(key) for key in keys)
    order = ", ".join(f"{name(key)} nulls last" for key in keys)
    either = " union all ".join(f"select {listed} from ({query})" for query in only)
    connection.execute(
        f"create or replace temp table {_CHOSEN} as "
        f"select distinct {listed} from ({either}) order by {order} limit {MAX_KEYS}"
    )
    has_key = " and ".join(
        f"{_CHOSEN}.{name(key)} is not distinct from each_row.{name(key)}" for key in keys
    )
    try:
        yield f"exists (select 1 from temp.{_CHOSEN} where {has_key})"
    finally:
        connection.execute(f"drop table temp.{_CHOSEN}")


def _different_buckets(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, bucket: str, row_hash: str
) -> list[int]:
    """Return the buckets whose rows differ, one pass over each side."""
    columns = f"{bucket} as bucket, cast({row_hash} as hugeint) as row_hash"
    sums = "select bucket, count(*) as row_count, sum(row_hash) as hashes from ({}) group by bucket"
    rows = connection.execute(
        f"""
        select bucket
        from ({sums.format(left.format(columns=columns))}) as one
        full join ({sums.format(right.format(columns=columns))}) as other using (bucket)
        where (one.row_count, one.hashes) is distinct from (other.row_count, other.hashes)
        order by bucket
        """
    ).fetchall()
    return [row[0] for row in rows]


def _rows_by_key(
    connection: duckdb.DuckDBPyConnection, query: str, columns: list[str], keys: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the rows of a query by their keys in words; of several with one key, the first."""
    listed = ", ".join(name(key) for key in keys)
    order = ", ".join(f"{name(column)} nulls last" for column in [*keys, *columns])
    rows = connection.execute(
        f"select * from ({query}) "
        f"qualify row_number() over (partition by {listed} order by {order}) = 1 order by {order}"
    ).fetchall()
    by_key: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        by_key[", ".join(f"{key}={values[key]}" for key in keys)] = values
    return by_key


def _explain_keys(
    sides: Sides, left: Mapping[str, Mapping[str, Any]], right: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Say of each row where it stands, or which columns differ if it stands on both sides."""
    lines = []
    for key in sorted({*left, *right}):
        if key in left and key in right:
            unlike = [column for column in left[key] if left[key][column] != right[key][column]]
            lines.append(f"{key}: {', '.join(unlike) or 'another number of equal rows'}")
        else:
            lines.append(f"{key}: only {sides.left_word if key in left else sides.right_word}")
    return lines
