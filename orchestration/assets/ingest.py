"""The first assets of the night: landing files into raw, and the night's one row of settings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.assets.databases import database_key
from orchestration.database_settings import LandingDatabase
from orchestration.errors import LandingError
from orchestration.landing.ingest import ingest
from orchestration.landing_schema import LANDING
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema, hold_time_zone, write_night
from orchestration.playbook import read_playbook, write_playbook
from orchestration.resources import NightHome, as_of_date
from orchestration.run_log import record_run
from orchestration.ui_metadata.column_schema import of_landing, of_table, stored_columns
from orchestration.ui_metadata.step_lineage import of_ingest, of_night_settings
from orchestration.ui_metadata.steps import latest_files

GROUP = "ingest"
# What the run says of itself; apart from the data, or every stage would seem to hang on the ingest.
RUN_GROUP = "run"
BOOKKEEPING = {
    "files": "One row per landed file: where it stands in load order, its content hash, its rows.",
    "mapped_files": "One row per landed file that a mapping read: by which rules, what was left.",
    "rejected_rows": "One row per rejected row, whole, with file, row number and reason.",
    "nulled_values": "One row per file and optional column with values that became null.",
}
RECORDS = {
    "applied_files": "One row per landing file whose rows core holds, written once core is built.",
    "core_intake": "One row while core takes in files: whether it broke off the last time it did.",
    "kept_nights": "One row per night whose full rows are kept, tonight's among them.",
    "unfinished_nights": "One row per night that a run began and did not bring to an end.",
    "own_rules": "One row per segment of the account's own rules; written with its settings.",
    "playbook_edits": "One row per segment that the company's own playbook.csv speaks of.",
    "check_results": "One row per night and check, written by the publish or at the night's end.",
    "issues": "One row: what is being published, by which run, with which versions.",
}
OWNERS = ["team:data-platform"]


def build_external_specs() -> list[dg.AssetSpec]:
    """Return what no step of the night makes as an asset: the files, and the run's own records.

    One asset a landing table lets lineage begin at the files. The records are written while the
    night runs; the marts that show them are views, read when they are published.
    """
    records = [
        dg.AssetSpec(
            key=["ops", name],
            description=description,
            group_name=RUN_GROUP,
            kinds={"duckdb"},
            owners=OWNERS,
        )
        for name, description in RECORDS.items()
    ]
    return records + [
        dg.AssetSpec(
            key=["landing", table.name],
            description=f"One row per {table.grain}, in files of `landing/{table.name}/`. "
            f"Required: {', '.join(table.required)}.",
            group_name="landing",
            metadata=of_landing(table),
            kinds={"file"},
            owners=OWNERS,
        )
        for table in LANDING.values()
    ]


def build_ingest(
    partitions: dg.PartitionsDefinition[str], databases: Sequence[LandingDatabase] = ()
) -> list[dg.AssetsDefinition]:
    """Return the ingest of all landing tables and the asset that writes the night's settings.

    `databases` are read before it.
    """
    raw_specs = [
        dg.AssetSpec(
            key=["raw", table.name],
            deps=[
                dg.AssetKey(["landing", table.name]),
                *(database_key(each) for each in databases if each.into == table.name),
            ],
            description=f"One row per {table.grain} as landed: typed once, never changed.",
        )
        for table in LANDING.values()
    ]
    book_specs = [
        dg.AssetSpec(
            key=["raw", name],
            deps=[["landing", table] for table in LANDING],
            description=description,
        )
        for name, description in BOOKKEEPING.items()
    ]

    @dg.multi_asset(
        name="ingest",
        specs=[
            spec.replace_attributes(
                group_name=GROUP,
                kinds={"duckdb", "python"},
                owners=OWNERS,
                partitions_def=partitions,
            )
            for spec in [*raw_specs, *book_specs]
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "everything_landed_was_read",
                asset=["raw", "files"],
                description="Nothing lies in the landing folder that no table takes, such as a "
                "file in a misspelt folder or with a suffix that is not read.",
            ),
            dg.AssetCheckSpec(
                "every_optional_value_could_be_typed",
                asset=["raw", "nulled_values"],
                description="Optional values that could not be read, or lie outside their column's "
                "range, became null, and are counted.",
            ),
            dg.AssetCheckSpec(
                "no_row_was_rejected",
                asset=["raw", "rejected_rows"],
                description="Rows that were refused are kept aside with file, row and reason.",
            ),
        ],
    )
    def ingest_landing(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        settings = night.settings
        with night.connect() as connection:
            create_ops_schema(connection)
            hold_time_zone(connection, settings.time_zone)
            report = ingest(connection, night.home, settings, context.run.run_id)
            counts = {
                name: _count(connection, f"select count(*) from raw.{name}")
                for name in [*LANDING, *BOOKKEEPING]
            }
            nulled = _count(connection, "select coalesce(sum(nulled), 0) from raw.nulled_values")
            columns = {name: stored_columns(connection, "raw", name) for name in counts}
            lineage = {name: of_ingest(name, columns[name]) for name in counts}
            files = latest_files(connection, context.run.run_id)
        context.log.info(report.to_text())
        for name, rows in counts.items():
            yield dg.MaterializeResult(
                asset_key=["raw", name],
                metadata={
                    "dagster/row_count": rows,
                    **(files if name == "files" else {}),
                    **of_table(columns[name], lineage[name]),
                    **lineage[name],
                },
            )
        not_read = "\n".join(f"{each.path} {each.reason}" for each in report.ignored)
        yield _warn(
            ["raw", "files"],
            "everything_landed_was_read",
            len(report.ignored),
            {"not_read": not_read} if not_read else {},
        )
        yield _warn(["raw", "nulled_values"], "every_optional_value_could_be_typed", nulled)
        yield _warn(["raw", "rejected_rows"], "no_row_was_rejected", counts["rejected_rows"])

    @dg.asset(
        key=["ops", "night"],
        deps=[["raw", "transactions"]],
        group_name=RUN_GROUP,
        kinds={"duckdb", "python"},
        owners=OWNERS,
        partitions_def=partitions,
        description="Exactly one row: the night's date, its run and the account's settings. The "
        "only way in which they reach SQL.",
    )
    def night_settings(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> dg.MaterializeResult[Any]:
        day = as_of_date(context)
        with night.connect() as connection:
            first = connection.execute("select min(ordered_date) from raw.transactions").fetchone()
            if first is None or first[0] is None or first[0] > day:
                raise LandingError(
                    f"There is nothing to segment as of {day}: the first line in the data is of "
                    f"{first[0] if first else None}. Choose a day from then on."
                )
            create_ml_schema(connection)
            write_night(connection, day, context.run.run_id, night.settings)
            own_segments = night.settings.own_segment_ids
            plays = read_playbook(night.home.playbook_file, own_segments=own_segments)
            write_playbook(connection, plays)
            record_run(connection, day, context.run.run_id, night.settings)
            columns = stored_columns(connection, "ops", "night")
            lineage = of_night_settings(columns)
        return dg.MaterializeResult(
            metadata={
                "as_of_date": str(day),
                "dagster/row_count": 1,
                **of_table(columns, lineage),
                **lineage,
            }
        )

    return [ingest_landing, night_settings]


def _count(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def _warn(
    asset_key: list[str], name: str, found: int, details: Mapping[str, str] | None = None
) -> dg.AssetCheckResult:
    """Return a check that warns when anything was counted."""
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=name,
        passed=found == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"measured": float(found), "threshold": 0.0, **(details or {})},
    )
