"""Column lineage of dbt models for the Dagster UI, worked out once per change of a model's SQL."""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage

from orchestration.home import Home

logger = logging.getLogger(__name__)


class ColumnLineage:
    """Finds which parent columns each column of a model comes from.

    Reading a model's SQL costs more than running it, so the answer is kept in the home's dbt
    folder, keyed by the compiled SQL. SQL that sqlglot cannot follow has no lineage; the night
    does not depend on it.
    """

    def __init__(
        self, home: Home, manifest: Mapping[str, Any], translator: DagsterDbtTranslator
    ) -> None:
        self._path = home.dbt / "column_lineage.json"
        self._manifest = manifest
        self._translator = translator
        self._known: dict[str, dict[str, list[list[str]]]] = {}
        if self._path.exists():
            self._known = json.loads(self._path.read_text())
        self._used: dict[str, dict[str, list[list[str]]]] = {}

    def metadata(self, unique_id: str, compiled_sql: str | None) -> dict[str, Any]:
        """Return the metadata entry of one model, empty for seeds and unreadable SQL."""
        if not compiled_sql:
            return {}
        node = self._manifest["nodes"][unique_id]
        columns = sorted(node["columns"])
        digest = hashlib.md5(f"{compiled_sql}|{columns}".encode()).hexdigest()
        if digest not in self._used:
            known = self._known.get(digest)
            self._used[digest] = known if known is not None else self._trace(node, compiled_sql)
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
        if not any(deps.values()):
            return {}
        return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)}

    def save(self) -> None:
        """Keep what was found for the next night."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_suffix(".tmp")
        scratch.write_text(json.dumps({**self._known, **self._used}))
        scratch.replace(self._path)

    def _trace(self, node: Mapping[str, Any], compiled_sql: str) -> dict[str, list[list[str]]]:
        """Follow every documented column of a model to the columns of its direct parents."""
        parents = {
            parent["relation_name"].replace('"', "").lower(): unique_id
            for unique_id in node["depends_on"]["nodes"]
            for parent in [
                self._manifest["nodes"].get(unique_id) or self._manifest["sources"].get(unique_id)
            ]
            if parent is not None and parent.get("relation_name")
        }
        try:
            query = parse_one(compiled_sql, dialect="duckdb")
        except SqlglotError:
            return {}
        found: dict[str, list[list[str]]] = {}
        for column in node["columns"]:
            try:
                leaves = [
                    leaf
                    for leaf in lineage(column, query, None, dialect="duckdb").walk()
                    if not leaf.downstream
                ]
            except (SqlglotError, ValueError, KeyError, TypeError, RecursionError):
                continue
            sources: set[tuple[str, str]] = set()
            for leaf in leaves:
                table = leaf.expression.find(exp.Table)
                name = (
                    ".".join(part.name for part in table.parts).lower() if table is not None else ""
                )
                if name in parents and not leaf.name.endswith("*"):
                    sources.add((parents[name], exp.to_column(leaf.name).name.lower()))
            found[column] = [list(source) for source in sorted(sources)]
        return found
