"""The small questions and quotings that all SQL of publishing shares."""

import duckdb


def name(identifier: str) -> str:
    """Return an identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def columns_of(
    connection: duckdb.DuckDBPyConnection, database: str | None = None
) -> dict[str, list[str]]:
    """Return the columns, in order, of each table and view of schema `marts`.

    `database` is the alias of an attached file; by default the file that was opened.
    """
    found = connection.execute(
        """
        select table_name, list(column_name order by column_index)
        from duckdb_columns()
        where database_name = coalesce(?, current_database()) and schema_name = 'marts'
        group by table_name
        order by table_name
        """,
        [database],
    ).fetchall()
    return dict(found)


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a quoted table, or of those that a `where` behind it lets."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
