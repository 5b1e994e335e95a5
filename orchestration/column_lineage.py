"""Column lineage of dbt models for the Dagster UI, worked out once per change of a model's SQL."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from orchestration.home import Home

_ROW_PLACE = "rowid"
COLUMN_LINEAGE = "dagster/column_lineage"
# Column types by column name by relation, `database.schema.table`.
Columns = dict[str, dict[str, str]]
# Parent models and their columns by column of a model.
Traced = dict[str, list[list[str]]]

# What a process has traced serves all its homes: two hundred queries take ten seconds.
_traced: dict[str, Traced] = {}


class ColumnLineage:
    """Finds which parent columns each column of a model comes from.

    Reading a model's SQL costs more than running it, so the answer is kept in the home's dbt
    folder, keyed by the compiled SQL. SQL that sqlglot cannot follow has no lineage; the night
    does not depend on it.
    """

    def __init__(
        self,
        home: Home,
        manifest: Mapping[str, Any],
        translator: DagsterDbtTranslator,
        columns: Columns,
    ) -> None:
        self._columns = columns
        self._path = home.dbt / "column_lineage.json"
        self._manifest = manifest
        self._translator = translator
        self._known: dict[str, Traced] = {}
        if self._path.exists():
            self._known = json.loads(self._path.read_text())
        self._used: dict[str, Traced] = {}

    def metadata(self, unique_id: str, compiled_sql: str | None) -> dict[str, Any]:
        """Return the metadata entry of one model or seed, empty if sqlglot cannot read its SQL.

        The columns of a seed, and those that a query makes of nothing, come from no column.
        """
        node = self._manifest["nodes"][unique_id]
        if not compiled_sql:
            own = self.columns_of(unique_id)
            return {COLUMN_LINEAGE: dg.TableColumnLineage({column: [] for column in own})}
        parents = self._parents(node)
        columns = {
            relation: dict(sorted(self._columns.get(relation, {}).items())) for relation in parents
        }
        digest = hashlib.md5(json.dumps([compiled_sql, columns]).encode()).hexdigest()
        if digest not in self._used:
            # What could not be read is tried again: an upgrade may have taught it.
            known = self._known.get(digest) or _traced.get(digest)
            self._used[digest] = known or _trace(compiled_sql, parents, columns)
            _traced[digest] = self._used[digest]
        deps = {
            column: [
                dg.TableColumnDep(
                    asset_key=self._translator.get_asset_spec(self._manifest, parent, None).key,
                    column_name=parent_column,
                )
                for parent, parent_column in parents
            ]
            for column, parents in self._used[digest].items()
        }
        return {COLUMN_LINEAGE: dg.TableColumnLineage(deps_by_column=deps)} if deps else {}

    def columns_of(self, unique_id: str) -> dict[str, str]:
        """Return the types of a node's columns by name, in order."""
        return self._columns.get(_relation(self._manifest["nodes"][unique_id]), {})

    def save(self) -> None:
        """Keep what was found for the next night."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_suffix(".tmp")
        scratch.write_text(json.dumps({**self._known, **self._used}))
        scratch.replace(self._path)

    def _parents(self, node: Mapping[str, Any]) -> dict[str, str]:
        """Return the ids of direct parents by relation, `database.schema.table`."""
        found = {}
        for unique_id in node["depends_on"]["nodes"]:
            parent = self._manifest["nodes"].get(unique_id) or self._manifest["sources"][unique_id]
            if parent.get("relation_name"):
                found[_relation(parent)] = unique_id
        return found


def _relation(node: Mapping[str, Any]) -> str:
    """Return `database.schema.table` of a node of the manifest."""
    return str(node["relation_name"]).replace('"', "").lower()


def read_columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Return the columns, in order, and types of every table and view of the warehouse."""
    rows = connection.execute(
        "select database_name || '.' || schema_name || '.' || table_name, column_name, data_type "
        "from duckdb_columns() where not internal "
        "order by database_name, schema_name, table_name, column_index"
    ).fetchall()
    found: Columns = {}
    for relation, column, data_type in rows:
        found.setdefault(relation.lower(), {})[column] = data_type
    return found


def _trace(compiled_sql: str, parents: Mapping[str, str], columns: Columns) -> Traced:
    """Follow every column of a query to the columns of its direct parents."""
    schema: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for relation, types in columns.items():
        database, name, table = relation.split(".")
        # DuckDB's own name for a row's place is a column to sqlglot where a query asks for it.
        own = {_ROW_PLACE: "bigint"} if _ROW_PLACE in compiled_sql else {}
        schema.setdefault(database, {}).setdefault(name, {})[table] = {**types, **own}
    try:
        roots = lineage(None, parse_one(compiled_sql, dialect="duckdb"), schema, dialect="duckdb")
    except (SqlglotError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {
        column: [list(source) for source in sorted(_sources(root, parents))]
        for column, root in roots.items()
        if column not in ("*", _ROW_PLACE)
    }


def _sources(root: Node, parents: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return the parent models and columns at the leaves of one column's lineage."""
    found: set[tuple[str, str]] = set()
    for leaf in root.walk():
        table = None if leaf.downstream else leaf.expression.find(exp.Table)
        if table is None or leaf.name.endswith("*"):
            continue
        name = ".".join(part.name for part in table.parts).lower()
        if name in parents:
            found.add((parents[name], exp.to_column(leaf.name).name.lower()))
    return found
