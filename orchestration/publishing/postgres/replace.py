"""The replacement of what Postgres holds by an issue: all its rows in one transaction.

Rows are deleted and copied in again, and no table is truncated, dropped, renamed or swapped: only
rows are seen by a reader's snapshot, while definitions are seen as they are at the moment. So a
reader in the middle of a transaction keeps the night it began with, nobody waits, and grants, views
and indexes stay, since the tables do.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.database_settings import PostgresPublish
from orchestration.home import Home
from orchestration.publishing.manifest import Issue, PublishedFile
from orchestration.publishing.parquet import NIGHTLY_TABLE
from orchestration.publishing.postgres.connection import (
    LOCK_TIMEOUT_SECONDS,
    PostgresError,
    connected,
)
from orchestration.publishing.postgres.csv_rows import CsvRows
from orchestration.publishing.postgres.preparation import hold_the_schema, prepare
from orchestration.publishing.postgres.structure import (
    MANIFEST,
    Held,
    Table,
    address,
    changed_comments,
    create_table,
    read_tables,
)
from orchestration.publishing.sql import name
from orchestration.publishing.verification import opened

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PostgresIssue:
    """What a publish to Postgres did: rows written, by table; tables left as they were."""

    issue: Issue
    schema: str
    written: dict[str, int]
    unchanged: tuple[str, ...]
    seconds: float

    @property
    def rows(self) -> int:
        return sum(self.written.values())

    @property
    def rows_per_second(self) -> float:
        return self.rows / max(self.seconds, 1e-3)


def publish_to_postgres(home: Home, issue: Issue, target: PostgresPublish) -> PostgresIssue:
    """Make the schema hold the tables of a published issue, whatever it held before.

    Tables whose file is the one that Postgres holds already are left alone, so a re-issue writes
    one row, and a Postgres that was down for a week takes one publish like any other.

    Raises
    ------
    PostgresError
        If anything fails; the schema then holds what it held.
    """
    begun = time.monotonic()
    files = files_of_serving(issue)
    with (
        opened(home.serving / issue.serving_file) as serving,
        connected(target) as connection,
    ):
        tables = read_tables(serving)
        with connection.cursor() as cursor:
            hold_the_schema(connection, cursor, target.schema_name)
            held, known = prepare(connection, cursor, target.schema_name, tables)
            written = _replace(
                connection,
                cursor,
                serving,
                target.schema_name,
                _Night(issue, tables, files),
                known,
                held,
            )
            seconds = time.monotonic() - begun
            _clean_up(connection, cursor, target.schema_name, written)
    return PostgresIssue(
        issue=issue,
        schema=target.schema_name,
        written=written,
        unchanged=tuple(sorted(set(tables) - set(written))),
        seconds=seconds,
    )


def files_of_serving(issue: Issue) -> dict[str, PublishedFile]:
    """Return the file of each table that holds the rows of the serving file."""
    night = f"as_of_date={issue.as_of_date.isoformat()}"
    return {
        file.table: file
        for file in issue.files
        if file.table != NIGHTLY_TABLE or Path(file.path).parent.name == night
    }


@dataclass(frozen=True)
class _Night:
    issue: Issue
    tables: Mapping[str, Table]
    files: Mapping[str, PublishedFile]


def _replace(
    connection: Any,
    cursor: Any,
    serving: duckdb.DuckDBPyConnection,
    schema: str,
    night: _Night,
    known: dict[str, str],
    held: Held,
) -> dict[str, int]:
    """Bring all tables to the night in one transaction; return the rows written, by table."""
    cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
    cursor.execute("set local timezone = 'UTC'")
    cursor.execute("set local statement_timeout = 0")
    written = {}
    for table in night.tables.values():
        file = night.files[table.name]
        if table.name not in held.columns:
            cursor.execute(create_table(schema, table))
        for statement in changed_comments(schema, table, held):
            cursor.execute(statement)
        is_there = known.get(table.name) == file.sha256
        if not is_there or _count(cursor, schema, table.name) != file.rows:
            written[table.name] = _copy(cursor, serving, schema, table, file)
        cursor.execute(
            f"insert into {address(schema, MANIFEST)} values (%s, %s, %s, %s, %s) "
            "on conflict (table_name) do update set issue = excluded.issue, path = excluded.path, "
            "rows = excluded.rows, sha256 = excluded.sha256",
            [table.name, night.issue.name, file.path, file.rows, file.sha256],
        )
    for table_name in sorted(set(known) & set(held.columns) - set(night.tables)):
        # An issue of an older version is back, and the table came later: rows of another night.
        cursor.execute(f"delete from {address(schema, table_name)}")
        cursor.execute(
            f"update {address(schema, MANIFEST)} set rows = 0, sha256 = '', issue = %s "
            "where table_name = %s",
            [night.issue.name, table_name],
        )
    _check_run_info(cursor, schema, night.issue)
    connection.commit()
    return written


def _copy(
    cursor: Any,
    serving: duckdb.DuckDBPyConnection,
    schema: str,
    table: Table,
    file: PublishedFile,
) -> int:
    """Replace the rows of one table, streaming them from the serving file."""
    target = address(schema, table.name)
    columns = ", ".join(name(column) for column in table.columns)
    cursor.execute(f"delete from {target}")
    with CsvRows(serving, f"select {columns} from marts.{name(table.name)}") as rows:
        cursor.copy_expert(f"copy {target} ({columns}) from stdin (format csv)", rows)
    if not cursor.rowcount == rows.rows == file.rows:
        raise PostgresError(
            f"{schema}.{table.name} took {cursor.rowcount} rows of {rows.rows} in the serving file "
            f"and {file.rows} in the manifest. What it held before stands."
        )
    return rows.rows


def _count(cursor: Any, schema: str, table: str) -> int:
    cursor.execute(f"select count(*) from {address(schema, table)}")
    return int(cursor.fetchone()[0])


def _check_run_info(cursor: Any, schema: str, issue: Issue) -> None:
    """Raise unless the tables say that they are the issue's night."""
    cursor.execute(f"select run_id, as_of_date from {address(schema, 'run_info')}")
    found = cursor.fetchall()
    if found != [(issue.run_id, issue.as_of_date)]:
        raise PostgresError(
            f"{schema}.run_info would hold {found}, not one row of {issue.run_id}, "
            f"{issue.as_of_date}. What it held before stands."
        )


def _clean_up(connection: Any, cursor: Any, schema: str, written: Mapping[str, int]) -> None:
    """Give back the room of the rows that were replaced, and tell the planner what came.

    The night is published by now: what fails here is left to autovacuum.
    """
    connection.autocommit = True
    try:
        for table in written:
            cursor.execute(f"vacuum (analyze) {address(schema, table)}")
    except connection.Error as error:
        logger.warning("Old rows in Postgres wait for autovacuum: %s.", type(error).__name__)
