"""The assets that hand the published night to the tools that people work in."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.assets.serving import tell_of_nights_before
from orchestration.exports.deliver_night import deliver_export
from orchestration.exports.folder import Export, latest_export
from orchestration.exports.words import delivery_text, export_text
from orchestration.exports.write_night import profile_columns, write_exports
from orchestration.ops_tables import CheckResult, add_checks
from orchestration.publishing.issue import current_issue
from orchestration.publishing.manifest import Issue
from orchestration.resources import NightHome, as_of_date
from orchestration.ui_metadata.column_schema import of_table
from orchestration.ui_metadata.step_lineage import of_profiles

FILES = dg.AssetKey(["exports", "night"])
DELIVERIES = dg.AssetKey(["exports", "deliveries"])
NO_ADDRESS = "no_customer_id_is_an_address"
ALL_TAKEN = "every_delivery_was_taken"


def build_exports(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Return the files of the night; they are made of the serving file, as any reader's are."""

    @dg.asset(
        key=FILES,
        deps=[["serving", "strata"]],
        group_name="exports",
        kinds={"duckdb", "csv", "parquet", "excel"},
        owners=["team:marketing-analytics"],
        partitions_def=partitions,
        description="One row per customer who may be named: the profile for CRM and e-mail tools, "
        "whole and as changes since the export before, and the chosen segment lists as workbooks.",
        check_specs=[
            dg.AssetCheckSpec(
                NO_ADDRESS,
                asset=FILES,
                description="No customer's id is an e-mail address; such customers are left out of "
                "the exports. Measured: how many.",
            )
        ],
    )
    def night_exports(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        issue, why_not = _issue_to_export(night, context, FILES)
        if issue is None:
            yield dg.MaterializeResult(metadata={"not_written": why_not})
            yield _result(_as_check(NO_ADDRESS, FILES, 0))
            return
        export = write_exports(night.home, night.settings, issue)
        check = _as_check(NO_ADDRESS, FILES, export.people.with_address_as_id)
        _keep(night, context, check)
        columns = profile_columns(night.home, night.settings, export.folder(night.home))
        deps = of_profiles(columns)
        yield dg.MaterializeResult(
            metadata={
                "dagster/row_count": export.profiles,
                **of_table(columns, deps),
                **deps,
                "what": export_text(export),
                "files": dg.MetadataValue.md(_file_list(export)),
                "folder": dg.MetadataValue.path(str(export.folder(night.home))),
            }
        )
        yield _result(check)

    return night_exports


def build_deliveries(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Return the night's entries and exits by webhook; a receiver that fails turns nothing red."""

    @dg.asset(
        key=DELIVERIES,
        deps=[FILES],
        group_name="exports",
        kinds={"python", "webhook"},
        owners=["team:marketing-analytics"],
        partitions_def=partitions,
        description="One POST per segment and batch of ids that entered or left it, signed; what a "
        "receiver missed is told again the next night.",
        check_specs=[
            dg.AssetCheckSpec(
                ALL_TAKEN,
                asset=DELIVERIES,
                description="The webhook's receiver has taken every POST of the night. Measured: "
                "how many it has not.",
            )
        ],
    )
    def night_deliveries(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        issue, why_not = _issue_to_export(night, context, DELIVERIES)
        export = latest_export(night.home)
        delivery = None
        if issue is not None and export is not None:
            why_not = "The setting exports.webhook.url names no receiver."
            delivery = deliver_export(night.home, night.settings, issue, export)
        if delivery is None:
            yield dg.MaterializeResult(metadata={"not_delivered": why_not})
            yield _result(_as_check(ALL_TAKEN, DELIVERIES, 0))
            return
        check = _as_check(ALL_TAKEN, DELIVERIES, delivery.missed)
        _keep(night, context, check)
        yield dg.MaterializeResult(
            metadata={
                "what": delivery_text(delivery),
                "posts": delivery.batches,
                "posts_taken": delivery.taken,
                "ids_entered": delivery.entered,
                "ids_left": delivery.left,
            }
        )
        yield _result(check)

    return night_deliveries


def _issue_to_export(
    night: NightHome, context: dg.AssetExecutionContext, asset: dg.AssetKey
) -> tuple[Issue | None, str]:
    """Return the issue to export, or None and why not: what goes out is always the latest night.

    Dagster is told that nights within a backfill are done with, as it is of back-dated ones.
    """
    issue, day = current_issue(night.home), as_of_date(context)
    assert issue is not None, "the publish comes first"
    tell_of_nights_before(context, asset, issue)
    if night.home.is_rebuild:
        return None, "A rebuilt night stands beside the live one and exports nothing."
    if issue.as_of_date != day:
        return None, f"The published night is {issue.as_of_date}: a back-dated run exports nothing."
    return issue, ""


def _as_check(name: str, asset: dg.AssetKey, measured: int) -> CheckResult:
    """Return a warning's result: all is well at nought."""
    return CheckResult(
        check_name=name,
        asset=".".join(asset.path),
        severity="warn",
        passed=measured == 0,
        measured=float(measured),
        threshold=0.0,
    )


def _result(check: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(check.asset.split(".")),
        check_name=check.check_name,
        passed=check.passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"measured": check.measured, "threshold": check.threshold},
    )


def _keep(night: NightHome, context: dg.AssetExecutionContext, check: CheckResult) -> None:
    """Keep the result beside the night's others; it is published with the next issue."""
    with night.connect() as connection:
        add_checks(connection, as_of_date(context), context.run.run_id, [check])


def _file_list(export: Export) -> str:
    lines = [f"| {file.path} | {file.rows:,} |" for file in export.files]
    return "\n".join(["| file | rows |", "|---|---:|", *lines])
