"""The DuckDB file of one issue, built from the warehouse."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from orchestration.database import opened
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import history
from orchestration.publishing.latest_tables import put_back_latest
from orchestration.publishing.sql import columns_of, literal, name
from orchestration.publishing.tables import PUBLISHED, SENTENCES

STORAGE_VERSION = "v1.2.0"
"""The oldest DuckDB whose readers open the file; newer writers default to formats it refuses."""

MOST_LEADERS = 200
"""Different values of a column that others follow; each is compared when such a one is read."""

_OPTIONS = f"storage_version {literal(STORAGE_VERSION)}"


def build(
    warehouse: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    latest_from: Path | None = None,
    history_from: Path | None = None,
) -> dict[str, int]:
    """Copy all tables and views of schema `marts` to a new file, in a set order, with comments.

    Parameters
    ----------
    warehouse
        An open connection to the warehouse; nothing in the warehouse changes.
    path
        The file to make; must not exist.
    latest_from
        A published file to take the latest-night tables from instead (back-dated runs).
    history_from
        A published file whose history of segments is brought forward. It saves writing all stays
        of ever; the tables are the same with it and without.

    Returns
    -------
    dict[str, int]
        Rows by table, as the source gave them: the other side of `verify`.
    """
    known = {} if history_from is None else _begin_with_history(warehouse, path, history_from)
    with ExitStack() as attached:
        attached.enter_context(_attached(warehouse, path, "served", _OPTIONS))
        if latest_from is not None:
            attached.enter_context(_attached(warehouse, latest_from, "published", "read_only"))
        warehouse.execute("begin")
        try:
            rows = _fill(warehouse, known, back_dated=latest_from is not None)
        except BaseException:
            warehouse.execute("rollback")
            raise
        # A commit that fails (the disk is full) has ended its transaction itself.
        warehouse.execute("commit")
        warehouse.execute("checkpoint served")
    _refuse_wal(path)
    return rows


def stamp(path: Path, values: dict[str, object]) -> None:
    """Set columns of the one row of `run_info` in a file that is not published yet."""
    with opened(path, Home.of_serving_file(path)) as connection:
        assignments = ", ".join(f"{name(column)} = ?" for column in values)
        connection.execute(f"update marts.run_info set {assignments}", list(values.values()))
        connection.execute("checkpoint")
    _refuse_wal(path)


def _begin_with_history(
    warehouse: duckdb.DuckDBPyConnection, path: Path, earlier: Path
) -> dict[str, int]:
    """Begin a file with the history of an earlier one, if that can be read and brought forward.

    Returns
    -------
    dict[str, int]
        Rows of the source of what the file holds already; nothing if it begins empty.
    """
    try:
        shutil.copyfile(earlier, path)
        with _attached(warehouse, path, "served", _OPTIONS):
            return _keep_history(warehouse)
    except (FileNotFoundError, duckdb.IOException, duckdb.SerializationException):
        # Somebody moved or damaged what was published; tonight's tables do not need it.
        for left in (path, path.with_name(path.name + ".wal")):
            left.unlink(missing_ok=True)
        return {}


def _keep_history(warehouse: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Leave nothing of a copied file but its history, as of tonight; return the rows of its source.

    What is dropped makes room for tonight's tables, so that the file does not grow by them.
    """
    rows = history.bring_forward(warehouse) if history.is_like_source(warehouse) else None
    for table in columns_of(warehouse, "served"):
        if table != history.TABLE or rows is None:
            warehouse.execute(f"drop table served.marts.{name(table)}")
    warehouse.execute("checkpoint served")
    return {} if rows is None else {history.TABLE: rows}


def _fill(
    warehouse: duckdb.DuckDBPyConnection, known: dict[str, int], *, back_dated: bool
) -> dict[str, int]:
    """Copy tables and comments into the attached file; return the rows of the sources.

    `known` are the rows of tables that it holds already.
    """
    tables = columns_of(warehouse)
    warehouse.execute("create schema if not exists served.marts")
    rows = {}
    for table in tables:
        # Latest-night tables of another night are put back as rows.
        followers = {} if back_dated else _followers(warehouse, table)
        rows[table] = known[table] if table in known else _copy(warehouse, table, followers)
    if back_dated:
        rows |= put_back_latest(warehouse, tables)
    _copy_comments(warehouse)
    return rows


@contextmanager
def _attached(
    connection: duckdb.DuckDBPyConnection, path: Path, alias: str, options: str
) -> Iterator[None]:
    connection.execute(f"attach {literal(str(path))} as {alias} ({options})")
    try:
        yield
    finally:
        connection.execute(f"detach {alias}")


def _followers(warehouse: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Return the columns of a table that are reckoned when they are read, each as an expression.

    Nothing if one value of what they follow has two of theirs, so that readers see what the
    warehouse holds in any case, or if it has so many that to reckon would be slow.
    """
    followers = PUBLISHED[table].followers if table in PUBLISHED else None
    if followers is None:
        return {}
    leader = name(followers.leader)
    texts = ", ".join(
        f"cast({name(column)} as varchar)" for column in (followers.leader, *followers.columns)
    )
    told = warehouse.execute(
        f"select {texts} from marts.{name(table)} group by all order by all"
    ).fetchall()
    leaders = [row[0] for row in told]
    if not told or None in leaders or len(set(leaders)) < len(told) or len(told) > MOST_LEADERS:
        return {}
    expressions = {}
    for place, column in enumerate(followers.columns, start=1):
        values = {row[0]: "null" if row[place] is None else literal(row[place]) for row in told}
        branches = " ".join(f"when {literal(key)} then {value}" for key, value in values.items())
        only = set(values.values())
        expressions[column] = only.pop() if len(only) == 1 else f"case {leader} {branches} end"
    return expressions


def _copy(warehouse: duckdb.DuckDBPyConnection, table: str, followers: dict[str, str]) -> int:
    """Copy one table, in the order of its grain if it has one; return the rows of the source.

    They are counted on their way: a view of all stays would be joined a second time to be counted.
    """
    published = PUBLISHED.get(table)
    grain = published.grain if published else ()
    order = ""
    if published is None or published.is_ordered:
        order = "order by " + (
            ", ".join(f"{name(column)} nulls last" for column in grain) or "all nulls last"
        )
    columns = warehouse.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' and table_name = ? "
        "order by column_index",
        [table],
    ).fetchall()
    declared = ", ".join(
        f"{name(column)} {kind} generated always as ({followers[column]}) virtual"
        if column in followers
        else f"{name(column)} {kind}{_compression(column, kind)}"
        for column, kind in columns
    )
    warehouse.execute(f"create table served.marts.{name(table)} ({declared})")
    stored = ", ".join(name(column) for column, _ in columns if column not in followers)
    inserted = warehouse.execute(
        f"insert into served.marts.{name(table)} ({stored}) "
        f"select {stored} from marts.{name(table)} {order}"
    ).fetchone()
    assert inserted is not None
    return int(inserted[0])


def _compression(column: str, kind: str) -> str:
    """Return how a text is compressed; left to itself, DuckDB tries every way for every block.

    It never chooses zstd, in which sentences take a third less room.
    """
    if kind != "VARCHAR":
        return ""
    if column in SENTENCES:
        return " using compression zstd"
    return f" using compression {'fsst' if column == 'customer_id' else 'dictionary'}"


def _copy_comments(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Give tables and columns of the file the descriptions they have in the warehouse."""
    described = warehouse.execute(
        """
        select 'column', table_name, column_name, comment from duckdb_columns()
        where database_name = current_database() and schema_name = 'marts' and comment is not null
        union all
        select 'table', table_name, null, comment from duckdb_tables()
        where database_name = current_database() and schema_name = 'marts' and comment is not null
        union all
        select 'table', view_name, null, comment from duckdb_views()
        where database_name = current_database() and schema_name = 'marts' and comment is not null
        """
    ).fetchall()
    for kind, table, column, comment in described:
        address = f"served.marts.{name(table)}" + (f".{name(column)}" if column else "")
        warehouse.execute(f"comment on {kind} {address} is {literal(comment)}")


def _refuse_wal(path: Path) -> None:
    """Raise if changes are left outside the file: a reader of the file alone would miss them."""
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        raise StrataError(f"{wal} was left after the checkpoint; the file is not published.")
