"""Tables that an older version may have made with fewer columns."""

import duckdb


def create_or_extend(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: str
) -> None:
    """Create a table where it is missing, and give an old one the columns that came since.

    Columns that came since are null in old rows, whatever the definition says of new ones.

    Parameters
    ----------
    columns
        As they stand between the brackets of `create table`; types hold no comma.
    """
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table if not exists {schema}.{table} ({columns})")
    there = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where database_name = current_database() "
            "and schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    }
    for definition in columns.split(","):
        name, kind, *_ = definition.split()
        if name not in there:
            connection.execute(f"alter table {schema}.{table} add column {name} {kind}")
