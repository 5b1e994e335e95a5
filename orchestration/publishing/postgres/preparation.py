"""What a schema needs before rows come: nobody else who publishes, its manifest, new columns."""

import time
from collections.abc import Mapping
from typing import Any

from orchestration.publishing.postgres.connection import LOCK_NOT_AVAILABLE, PostgresError
from orchestration.publishing.postgres.structure import (
    MANIFEST,
    Held,
    Table,
    address,
    missing_columns,
    read_held,
    refuse_foreign_tables,
)
from orchestration.publishing.sql import name

# A waiting `alter table` keeps later readers waiting behind it, so it waits briefly and often.
ALTER_TIMEOUT_SECONDS = 1
ALTER_TRIES = 30


def hold_the_schema(connection: Any, cursor: Any, schema: str) -> None:
    """Keep other publishes out until the connection closes."""
    cursor.execute("select pg_try_advisory_lock(hashtext('strata'), hashtext(%s))", [schema])
    if not cursor.fetchone()[0]:
        raise PostgresError(
            f"Another publish is writing schema {schema}. What it held before stands; two "
            "installations need two schemas."
        )
    connection.commit()


def prepare(
    connection: Any, cursor: Any, schema: str, tables: Mapping[str, Table]
) -> tuple[Held, dict[str, str]]:
    """Make schema and manifest if they are missing, and add new columns; readers see nothing of it.

    Columns are added in a short transaction of their own, since that needs the table for a moment.
    Returns what the schema holds, and the hash of the file that each table holds.
    """
    cursor.execute("select 1 from pg_namespace where nspname = %s", [schema])
    if cursor.fetchone() is None:
        cursor.execute(f"create schema {name(schema)}")
    held = read_held(cursor, schema)
    if MANIFEST not in held.columns:
        cursor.execute(
            f"create table {address(schema, MANIFEST)} (table_name varchar primary key, "
            "issue varchar not null, path varchar not null, rows bigint not null, "
            "sha256 varchar not null)"
        )
    cursor.execute(f"select table_name, sha256 from {address(schema, MANIFEST)}")
    known = dict(cursor.fetchall())
    refuse_foreign_tables(schema, tables, held, set(known))
    connection.commit()
    for statement in missing_columns(schema, tables, held):
        _alter(connection, cursor, statement)
    return held, known


def _alter(connection: Any, cursor: Any, statement: str) -> None:
    """Add a column as soon as nobody reads its table; the column is null until the night is in."""
    for tries_left in reversed(range(ALTER_TRIES)):
        try:
            cursor.execute(f"set local lock_timeout = '{ALTER_TIMEOUT_SECONDS}s'")
            cursor.execute(statement)
            connection.commit()
        except connection.OperationalError as error:
            connection.rollback()
            if error.pgcode != LOCK_NOT_AVAILABLE or tries_left == 0:
                raise
            time.sleep(ALTER_TIMEOUT_SECONDS)
        else:
            return
