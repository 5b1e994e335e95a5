"""The tables of a serving file as Postgres tables: types, missing columns, descriptions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.publishing.postgres.connection import PostgresError
from orchestration.publishing.sql import literal, name

MANIFEST = "strata_manifest"
"""The table that says which file of which issue each table holds; `manifest.json` in Postgres."""

TYPES: dict[str, str] = {
    "VARCHAR": "character varying",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp with time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}
"""Postgres's types, as Postgres spells them, by DuckDB's; a published timestamp is one of UTC."""


@dataclass(frozen=True)
class Table:
    """One table as it should stand: columns and their Postgres types, in order, with words."""

    name: str
    columns: Mapping[str, str]
    comment: str | None
    column_comments: Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """What the schema holds: tables with their columns' types, words by (table, column)."""

    columns: dict[str, dict[str, str]]
    comments: dict[tuple[str, str | None], str]
    other_relations: frozenset[str]


def postgres_type(duckdb_type: str) -> str:
    """Return the Postgres type of a published column.

    Raises
    ------
    PostgresError
        If none is declared; names those that are.
    """
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duckdb_type)
    if decimal:
        return f"numeric({decimal[1]},{decimal[2]})"
    if duckdb_type not in TYPES:
        raise PostgresError(
            f"A published column is of type {duckdb_type}, for which no type in Postgres is "
            f"declared; declared are {', '.join(TYPES)} and DECIMAL."
        )
    return TYPES[duckdb_type]


def read_tables(serving: duckdb.DuckDBPyConnection) -> dict[str, Table]:
    """Return the tables of an open serving file."""
    columns: dict[str, dict[str, str]] = {}
    words: dict[str, dict[str, str]] = {}
    for table, column, kind, comment in serving.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, {})[column] = postgres_type(kind)
        if comment:
            words.setdefault(table, {})[column] = comment
    described = dict(
        serving.execute(
            "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
    )
    return {
        table: Table(table, columns[table], described.get(table), words.get(table, {}))
        for table in columns
    }


def read_held(cursor: Any, schema: str) -> Held:
    """Return what the schema holds now."""
    cursor.execute(
        """
        select
            relation.relname, relation.relkind in ('r', 'p'), attribute.attname,
            format_type(attribute.atttypid, attribute.atttypmod),
            col_description(relation.oid, attribute.attnum),
            obj_description(relation.oid, 'pg_class')
        from pg_class as relation
        join pg_attribute as attribute on attribute.attrelid = relation.oid
        where relation.relnamespace = (select oid from pg_namespace where nspname = %s)
            and relation.relkind in ('r', 'p', 'v', 'm', 'f')
            and attribute.attnum > 0 and not attribute.attisdropped
        order by relation.relname, attribute.attnum
        """,
        [schema],
    )
    held = Held({}, {}, frozenset())
    others = set()
    for relation, is_table, column, kind, column_comment, comment in cursor.fetchall():
        if not is_table:
            others.add(relation)
            continue
        held.columns.setdefault(relation, {})[column] = kind
        held.comments[relation, column] = column_comment or ""
        held.comments[relation, None] = comment or ""
    return Held(held.columns, held.comments, frozenset(others))


def refuse_foreign_tables(
    schema: str, tables: Mapping[str, Table], held: Held, ours: set[str]
) -> None:
    """Raise if what stands under a published name was not made by a publish, or has other types.

    A column's type is never changed in place: views of other people may hang on it.
    """
    foreign = sorted(
        table
        for table in tables
        if table in held.other_relations or (table in held.columns and table not in ours)
    )
    if foreign:
        raise PostgresError(
            f"Schema {schema} already has {', '.join(foreign)}, which Strata did not make; nothing "
            "was changed. Set `publish.postgres.schema_name` to a schema of its own."
        )
    for table in tables.values():
        for column, kind in table.columns.items():
            is_kind = held.columns.get(table.name, {}).get(column, kind)
            if is_kind != kind:
                raise PostgresError(
                    f"{schema}.{table.name}.{column} is {is_kind} in Postgres and {kind} tonight. "
                    f"Drop the views on it, then: alter table {schema}.{table.name} alter column "
                    f"{column} type {kind}."
                )


def missing_columns(schema: str, tables: Mapping[str, Table], held: Held) -> list[str]:
    """Return the statements that add new columns at the end of tables that are there."""
    return [
        f"alter table {address(schema, table.name)} add column {name(column)} {kind}"
        for table in tables.values()
        if table.name in held.columns
        for column, kind in table.columns.items()
        if column not in held.columns[table.name]
    ]


def create_table(schema: str, table: Table) -> str:
    """Return the statement that makes a table."""
    columns = ", ".join(f"{name(column)} {kind}" for column, kind in table.columns.items())
    return f"create table {address(schema, table.name)} ({columns})"


def changed_comments(schema: str, table: Table, held: Held) -> list[str]:
    """Return the statements that give table and columns their words, where they differ."""
    statements = []
    words: list[tuple[str | None, str | None]] = [(None, table.comment)]
    words += table.column_comments.items()
    for column, comment in words:
        if comment is None or held.comments.get((table.name, column)) == comment:
            continue
        kind = "table" if column is None else "column"
        place = address(schema, table.name) + ("" if column is None else f".{name(column)}")
        statements.append(f"comment on {kind} {place} is {literal(comment)}")
    return statements


def address(schema: str, table: str) -> str:
    """Return a table's name with its schema, quoted."""
    return f"{name(schema)}.{name(table)}"
