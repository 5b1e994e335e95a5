"""The asset that publishes: the only step after which readers see another night."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration.alerting.ledger import read_ledger
from orchestration.alerting.occasions import (
    EVERY_ALERT_DELIVERED,
    NO_SEGMENT_EMPTIED,
    NO_SEGMENT_JUMPED,
    SERVING,
)
from orchestration.checks import completeness_result, explain_missing, missing_assets
from orchestration.jobs import UNPUBLISHED
from orchestration.ops_tables import record_checks, record_issue
from orchestration.publishing.issue import (
    NightInfo,
    current_issue,
    publish,
    publish_back_dated,
)
from orchestration.publishing.manifest import Issue, link_path, parquet_folder
from orchestration.publishing.tables import SCHEMA_VERSION
from orchestration.resources import NightHome, as_of_date
from orchestration.run_events import as_recorded, checks_of, nights_still_to_tell
from orchestration.segment_sizes import SizeChange, size_changes
from orchestration.ui_metadata.step_lineage import of_serving
from orchestration.ui_metadata.steps import checks_of_the_night, served_tables

COMPLETENESS = "every_asset_before_it_was_materialised"


def build_serving(
    partitions: dg.PartitionsDefinition[str], before: Sequence[dg.AssetsDefinition]
) -> dg.AssetsDefinition:
    """Return the publish of all marts; every asset of `before` must have been made for it."""
    expected = sorted({key for assets in before for key in assets.keys})
    marts = [key for key in expected if key.path[0] == "marts"]

    @dg.asset(
        key=SERVING,
        deps=marts,
        group_name="serving",
        kinds={"duckdb", "parquet", "python"},
        owners=["team:data-platform"],
        partitions_def=partitions,
        description="One issue per night: all of schema `marts`, as `serving/strata.duckdb` and as "
        "Parquet by `serving/parquet/manifest.json`; swapped whole, or not at all.",
        check_specs=[
            dg.AssetCheckSpec(
                COMPLETENESS,
                asset=SERVING,
                blocking=True,
                description="Every asset that the tables are built from was made in this run; "
                "otherwise nothing is published.",
            ),
            dg.AssetCheckSpec(
                NO_SEGMENT_EMPTIED,
                asset=SERVING,
                description="No segment of the night before has lost all its customers.",
            ),
            dg.AssetCheckSpec(
                NO_SEGMENT_JUMPED,
                asset=SERVING,
                description="No segment's customers have changed by more than `segment_sizes` "
                "lets pass since the night before.",
            ),
            dg.AssetCheckSpec(
                EVERY_ALERT_DELIVERED,
                asset=SERVING,
                description="Whatever people had to be told before this night has arrived.",
            ),
        ],
    )
    def publish_night(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        missing = missing_assets(context.instance, context.run.run_id, expected)
        if missing:
            yield completeness_result(SERVING, COMPLETENESS, missing)
            raise dg.Failure(description=explain_missing(missing), allow_retries=False)
        day = as_of_date(context)
        checks = [
            *checks_of(context.instance, context.run.run_id),
            as_recorded(completeness_result(SERVING, COMPLETENESS, missing)),
        ]
        with night.connect() as connection:
            warned = [
                *_size_checks(size_changes(connection, day, night.settings.segment_sizes)),
                _warning(EVERY_ALERT_DELIVERED, len(read_ledger(night.home).undelivered)),
            ]
            checks += map(as_recorded, warned)
            record_checks(connection, day, context.run.run_id, checks)
            issue = _publish(connection, night, day, context.run.run_id)
            columns = of_serving(connection, issue.tables)
        yield completeness_result(SERVING, COMPLETENESS, missing)
        tell_of_nights_before(context, SERVING, issue)
        yield from warned
        yield dg.MaterializeResult(
            metadata={
                "published_night": issue.as_of_date.isoformat(),
                "issue": issue.name,
                "serving_file": dg.MetadataValue.path(str(link_path(night.home))),
                "serving_file_bytes": link_path(night.home).stat().st_size,
                **served_tables(_tables_with_bytes(issue, night)),
                **checks_of_the_night(checks),
                **columns,
            }
        )

    return publish_night


def _publish(
    connection: duckdb.DuckDBPyConnection, night: NightHome, day: Any, run_id: str
) -> Issue:
    """Publish the night; one older than the published one adds its history and no more."""
    published = current_issue(night.home)
    if published is not None and day < published.as_of_date:
        return publish_back_dated(
            connection, night.home, published_at=datetime.now(UTC).replace(tzinfo=None)
        )
    models = connection.execute(
        "select distinct model_id from ml.model_runs "
        "where as_of_date = ? and decision <> 'rejected' order by model_id",
        [day],
    ).fetchall()
    record_issue(connection, day, run_id, [row[0] for row in models], SCHEMA_VERSION)
    return publish(connection, night.home, NightInfo(as_of_date=day, run_id=run_id))


def tell_of_nights_before(
    context: dg.AssetExecutionContext, key: dg.AssetKey, issue: Issue
) -> None:
    """Mark the nights of a backfill as made: their history goes out with its last night."""
    for night in nights_still_to_tell(context.instance, key, UNPUBLISHED):
        context.log_event(
            dg.AssetMaterialization(
                asset_key=key,
                partition=night,
                description=f"The history of {night} is part of issue {issue.name}.",
            )
        )


def _tables_with_bytes(issue: Issue, night: NightHome) -> list[tuple[str, int, int]]:
    """Return the published tables with their rows and the bytes of their Parquet files."""
    sizes: dict[str, int] = {}
    for file in issue.files:
        path = parquet_folder(night.home) / file.path
        sizes[file.table] = sizes.get(file.table, 0) + path.stat().st_size
    return [(table, rows, sizes[table]) for table, rows in issue.tables.items()]


def _size_checks(changes: Sequence[SizeChange]) -> list[dg.AssetCheckResult]:
    """Return the checks of the segments' sizes, with which segments they found."""
    emptied = [each for each in changes if each.is_emptied]
    jumped = [each for each in changes if not each.is_emptied]
    return [
        _warning(name, len(found), segments=[each.to_dict() for each in found])
        for name, found in ((NO_SEGMENT_EMPTIED, emptied), (NO_SEGMENT_JUMPED, jumped))
    ]


def _warning(name: str, measured: int, **more: Any) -> dg.AssetCheckResult:
    """Return a check that warns if anything was counted."""
    return dg.AssetCheckResult(
        asset_key=SERVING,
        check_name=name,
        passed=measured == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"measured": float(measured), "threshold": 0.0, **more},
    )
