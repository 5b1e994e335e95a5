"""The tables of schema `raw`: every landed row as it was typed, and where it came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from orchestration.landing_schema import LANDING

_DDL = (
    "create schema if not exists raw",
    """
    create table if not exists raw.files (
        file_seq bigint not null primary key,
        source_table varchar not null,
        file_name varchar not null,
        content_sha256 varchar not null,
        bytes bigint not null,
        rows_in bigint not null,
        copy_of bigint,
        run_id varchar not null,
        loaded_at timestamp not null,
        status varchar not null,
        unknown_columns varchar
    )
    """,
    # Which rules a mapped file was read by: it keeps the meaning that it had when it was loaded.
    """
    create table if not exists raw.mapped_files (
        file_seq bigint not null primary key,
        source_name varchar not null,
        part varchar not null,
        mapping varchar not null,
        mapping_sha256 varchar not null,
        rows_left_out bigint not null
    )
    """,
    """
    create table if not exists raw.rejected_rows (
        file_seq bigint not null,
        row_number bigint not null,
        source_table varchar not null,
        reason varchar not null,
        row_json varchar
    )
    """,
    """
    create table if not exists raw.nulled_values (
        file_seq bigint not null,
        source_table varchar not null,
        column_name varchar not null,
        nulled bigint not null
    )
    """,
)


def create_raw_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the raw tables that are not there yet; all of them always exist."""
    for statement in (*_DDL, *(table.create_sql() for table in LANDING.values())):
        connection.execute(statement)


def has_raw_schema(connection: duckdb.DuckDBPyConnection, *, catalog: str | None = None) -> bool:
    """Say whether anything was ever landed here."""
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = 'files' "
        "and database_name = coalesce(?, current_database())",
        [catalog],
    ).fetchone()
    return found is not None and found[0] > 0


@dataclass(frozen=True)
class MappedFile:
    """How a loaded file was read that is not in the form of its table.

    `source_name` is the file's own, below `landing/`; it may stand for several landing files.
    """

    source_name: str
    part: str
    mapping: str
    mapping_sha256: str


def mapped_files_loaded(
    connection: duckdb.DuckDBPyConnection, *, catalog: str | None = None
) -> dict[int, MappedFile]:
    """Return the mapped files by `file_seq`; none in a warehouse of before there were mappings."""
    found = connection.execute(
        "select database_name from duckdb_tables() where schema_name = 'raw' "
        "and table_name = 'mapped_files' and database_name = coalesce(?, current_database())",
        [catalog],
    ).fetchone()
    if found is None:
        return {}
    rows = connection.execute(
        "select file_seq, source_name, part, mapping, mapping_sha256 "
        f'from "{found[0]}".raw.mapped_files'
    ).fetchall()
    return {file_seq: MappedFile(*rest) for file_seq, *rest in rows}


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block writes, or, whatever goes wrong, nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
