"""Two warehouses table by table: which rows stand in one and not in the other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.publishing.sql import name

# Rows fall into this many buckets by hash; only buckets that differ are compared row by row.
BUCKETS = 1024
# With more buckets than these differing, the rest is not counted: everything is different.
MAX_BUCKETS = 64
MAX_KEYS = 5


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
        f"select {{columns}} from {database}.{table} where {where}"
        for database in (sides.left, sides.right)
    )
    different = _different_buckets(connection, left, right, bucket, f"hash({listed})")
    looked_at = different[:MAX_BUCKETS]
    if not looked_at:
        return None
    condition = f" and {bucket} in ({', '.join(map(str, looked_at))})"
    left_rows = left.format(columns=listed) + condition
    right_rows = right.format(columns=listed) + condition
    only = {
        sides.left_word: f"({left_rows}) except all ({right_rows})",
        sides.right_word: f"({right_rows}) except all ({left_rows})",
    }
    rows = 0
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for word, query in only.items():
        counted = connection.execute(f"select count(*) from ({query})").fetchone()
        assert counted is not None
        rows += int(counted[0])
        found[word] = _first_rows(connection, query, columns, keys)
    if not rows:
        # Equal values with unlike hashes, such as 0.0 and -0.0.
        return None
    return TableDifference(
        table,
        rows=rows,
        is_more=len(different) > len(looked_at),
        keys=tuple(_explain_keys(sides, found)),
    )


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


def _first_rows(
    connection: duckdb.DuckDBPyConnection, query: str, columns: list[str], keys: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the first rows of a query by their keys in words."""
    order = ", ".join(f"{name(key)} nulls last" for key in keys)
    rows = connection.execute(
        f"select * from ({query}) order by {order} limit {MAX_KEYS}"
    ).fetchall()
    by_key: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        by_key.setdefault(", ".join(f"{key}={values[key]}" for key in keys), values)
    return by_key


def _explain_keys(sides: Sides, found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """Say of each row where it stands, or which columns differ if it stands on both sides."""
    left, right = found[sides.left_word], found[sides.right_word]
    lines = []
    for key in sorted({*left, *right})[:MAX_KEYS]:
        if key in left and key in right:
            unlike = [column for column in left[key] if left[key][column] != right[key][column]]
            lines.append(f"{key}: {', '.join(unlike) or 'another number of equal rows'}")
        else:
            lines.append(f"{key}: only {sides.left_word if key in left else sides.right_word}")
    return lines
