"""The asset that publishes: the only step after which readers see another night."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration.checks import completeness_result, explain_missing, missing_assets
from orchestration.jobs import UNPUBLISHED
from orchestration.ops_tables import CheckResult, record_checks, record_issue
from orchestration.publishing.issue import (
    NightInfo,
    current_issue,
    publish,
    publish_back_dated,
)
from orchestration.publishing.manifest import Issue, link_path, parquet_folder
from orchestration.publishing.tables import SCHEMA_VERSION
from orchestration.resources import NightHome, as_of_date
from orchestration.run_events import checks_of, nights_still_to_tell
from orchestration.ui_metadata.step_lineage import of_serving
from orchestration.ui_metadata.steps import checks_of_the_night, served_tables

SERVING = dg.AssetKey(["serving", "strata"])
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
            )
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
            CheckResult(
                check_name=COMPLETENESS,
                asset="serving.strata",
                severity="error",
                passed=True,
                measured=0.0,
                threshold=0.0,
            ),
        ]
        with night.connect() as connection:
            record_checks(connection, day, context.run.run_id, checks)
            issue = _publish(connection, night, day, context.run.run_id)
            columns = of_serving(connection, issue.tables)
        yield completeness_result(SERVING, COMPLETENESS, missing)
        tell_of_nights_before(context, SERVING, issue)
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
