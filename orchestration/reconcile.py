"""The live tables against a rebuild of their night from raw: every row has to be the same."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt import parsed_manifest
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.jobs import UNPUBLISHED
from orchestration.lock import hold_the_warehouse
from orchestration.night import Progress, explain
from orchestration.playbook import copy_playbook
from orchestration.publishing.tables import PUBLISHED
from orchestration.rebuild import (
    one_at_a_time,
    prepare_beside,
    refuse_nothing_loaded,
    run_beside,
)
from orchestration.rebuild_copy import LIVE, NIGHT_ROWS, live_attached
from orchestration.rebuild_plan import RebuildPlan, plan_as_known_at
from orchestration.settings import Settings
from orchestration.table_comparison import (
    Sides,
    TableDifference,
    columns_by_table,
    compare_table,
)
from orchestration.unfinished_nights import unfinished_nights
from orchestration.warehouse import connect

# All that a night makes and a later one builds on or publishes: a rebuild begins with `raw`, and
# `ops` and `work` hold what one run did.
SCHEMAS = ("staging", "core", "features", "ml", "segments", "marts")
# What a night that is run again may differ in: who computed a row, and when.
RUN_COLUMNS = frozenset({"run_id", "checked_at", "failed_at", "loaded_at", "published_at"})
# Views of the run's own records, which a rebuild has of its own.
RECORDS = frozenset({"marts.run_info", "marts.fct_data_quality"})


@dataclass(frozen=True)
class Reconciliation:
    """What a comparison came to; `report` is the file that also names the rows."""

    as_of_date: date
    run_id: str
    tables: tuple[str, ...]
    differences: tuple[TableDifference, ...]
    report: Path

    @property
    def is_same(self) -> bool:
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON for machines."""
        return {
            "ok": self.is_same,
            "as_of_date": str(self.as_of_date),
            "run_id": self.run_id,
            "tables": len(self.tables),
            "differences": [asdict(difference) for difference in self.differences],
            "report": str(self.report),
        }

    def to_text(self, *, with_keys: bool) -> str:
        """Say what was compared and what differs; keys may name customers."""
        night = f"the night of {self.as_of_date} (run {self.run_id[:8]})"
        if self.is_same:
            return (
                f"The live tables of {night} equal a rebuild from raw: {len(self.tables)} tables, "
                "every row."
            )
        lines = [
            f"The live tables of {night} differ from a rebuild from raw, in "
            f"{len(self.differences)} of {len(self.tables)} tables:"
        ]
        for difference in self.differences:
            lines.append(f"  {difference.to_text()}")
            lines += [f"    {key}" for key in difference.keys if with_keys]
        lines.append(
            "The next night mends tables that are built whole; if the same rows differ again, move "
            "warehouse.duckdb away and run the nights anew from landing."
        )
        return "\n".join(lines)


def reconcile(
    home: Home, settings: Settings, *, wait_seconds: float, progress: Progress
) -> Reconciliation:
    """Rebuild the night that the warehouse stands at, and compare every table, row by row.

    The live warehouse is held all the while, and nothing of it changes.

    Raises
    ------
    StrataError
        If the last night did not come through, or its rebuild fails.
    InputError
        If nothing is there yet, or a file was taken back since the last night.
    BusyError
        If another process writes.
    """
    refuse_nothing_loaded(home)
    what = "`strata reconcile`"
    with (
        hold_the_warehouse(home, what, wait_seconds=wait_seconds),
        one_at_a_time(home, what, wait_seconds=wait_seconds),
    ):
        with connect(home, settings) as connection:
            night, run_id = _last_night(connection)
            plan = plan_as_known_at(
                connection, home, settings, night, run_id, has_later_nights=True
            )
        progress(f"Rebuilding the night of {night} from {home.warehouse} …")
        beside = prepare_beside(home, plan)
        try:
            with connect(home, settings) as connection:
                copy_playbook(connection, beside.playbook_file)
            run = run_beside(beside, night, UNPUBLISHED, progress)
            if not run.is_success:
                raise StrataError(
                    f"The rebuild to compare with did not come through. {explain(run)}"
                )
            progress("Comparing …")
            tables, differences = _compare(home, beside, plan)
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)
    report = home.reports / f"reconcile-{night}.txt"
    result = Reconciliation(night, run_id, tuple(tables), tuple(differences), report)
    home.reports.mkdir(exist_ok=True)
    report.write_text(result.to_text(with_keys=True) + "\n", encoding="utf-8")
    return result


def _last_night(connection: duckdb.DuckDBPyConnection) -> tuple[date, str]:
    """Return the night that the live tables stand at, and its run."""
    row = connection.execute("select as_of_date, run_id from ops.night").fetchone()
    if row is None:
        raise StrataError("No night has been run here yet: there is nothing to compare.")
    night, run_id = row
    made = connection.execute(
        "select count(*) from duckdb_tables() "
        "where schema_name = 'segments' and table_name = 'segment_nights'"
    ).fetchone()
    came_through = (
        night not in unfinished_nights(connection)
        and made
        and made[0]
        and connection.execute(
            "select 1 from segments.segment_nights where as_of_date = ? and run_id = ? limit 1",
            [night, run_id],
        ).fetchone()
    )
    if not came_through:
        raise StrataError(
            f"The last night, {night} (run {run_id[:8]}), did not come through, so the tables are "
            "of more than one night. Run it again, then reconcile."
        )
    return night, run_id


def _compare(
    home: Home, beside: Home, plan: RebuildPlan
) -> tuple[list[str], list[TableDifference]]:
    """Compare all tables that the catalogue of either side lists."""
    models = _models(home)
    differences: list[TableDifference] = []
    with connect(beside, plan.settings) as connection, live_attached(connection, home.warehouse):
        row = connection.execute("select current_database()").fetchone()
        assert row is not None
        sides = Sides(LIVE, str(row[0]), "live", "rebuilt")
        live = columns_by_table(connection, sides.left, SCHEMAS)
        rebuilt = columns_by_table(connection, sides.right, SCHEMAS)
        tables = sorted(
            table
            for table in {*live, *rebuilt} - RECORDS
            # What no model makes any more is left over from an earlier version.
            if table in rebuilt or table in models
            if models.get(table, {}).get("is_compared", True)
        )
        for table in tables:
            missing = [
                word for word, side in (("live", live), ("rebuilt", rebuilt)) if table not in side
            ]
            if missing:
                problem = f"is not among the {missing[0]} tables"
                differences.append(TableDifference(table, problem=problem))
                continue
            unlike = set(live[table]) ^ set(rebuilt[table])
            if unlike:
                problem = f"the columns {', '.join(sorted(unlike))} stand on one side only"
                differences.append(TableDifference(table, problem=problem))
                continue
            columns = [column for column in live[table] if column not in RUN_COLUMNS]
            difference = compare_table(
                connection,
                sides,
                table,
                columns,
                where=_rows_to_compare(table, columns, plan.copy.as_of_date),
                keys=_keys(table, columns, models),
            )
            differences += [difference] if difference else []
    return tables, differences


def _rows_to_compare(table: str, columns: list[str], as_of_date: date) -> str:
    """Return the condition on a table's rows: where nights are copied in part, the night alone."""
    schema, _, bare = table.partition(".")
    if "as_of_date" in columns and (schema == "ml" or bare == NIGHT_ROWS):
        return f"as_of_date = date '{as_of_date}'"
    return "true"


def _models(home: Home) -> Mapping[str, Mapping[str, Any]]:
    """Return of each dbt model whether it is compared, and its grain if a test names it.

    A model that holds what one run did, not what the data are, says `meta: {reconcile: false}`. A
    view follows from tables; dbt names the database in it, so that an attached one would show the
    other side's rows.
    """
    nodes = parsed_manifest(home).nodes
    models: dict[str, dict[str, Any]] = {}
    for node in nodes.values():
        if str(node.resource_type) in ("model", "seed"):
            models[f"{node.schema}.{node.alias}"] = {
                "is_compared": node.config.meta.get("reconcile", True)
                and node.config.materialized != "view",
                "grain": [],
            }
    for node in nodes.values():
        attached = nodes.get(getattr(node, "attached_node", None) or "")
        metadata = getattr(node, "test_metadata", None)
        if attached is not None and metadata is not None and "grain" in metadata.kwargs:
            models[f"{attached.schema}.{attached.alias}"]["grain"] = metadata.kwargs["grain"]
    return models


def _keys(table: str, columns: list[str], models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the columns that name a row: of its check, of the contract, or whatever looks so."""
    published = PUBLISHED.get(table.partition(".")[2])
    grain = list(models.get(table, {}).get("grain") or (published.grain if published else ()))
    if not grain or not set(grain) <= set(columns):
        names = ("scheme", "feature", "day", "row_number", "file_seq")
        grain = [
            column
            for column in columns
            if column.endswith(("_id", "_key", "_date")) or column in names
        ]
    return grain or columns[:3]
