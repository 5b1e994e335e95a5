"""The asset that draws the night's page from what was published."""

from typing import Any

import dagster as dg

from orchestration.reporting.page import render_report
from orchestration.resources import NightHome


def build_report(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Return the report; it reads the serving file, as any reader does."""

    @dg.asset(
        key=["reports", "night"],
        deps=[["serving", "strata"]],
        group_name="report",
        kinds={"python", "html"},
        owners=["team:marketing-analytics"],
        partitions_def=partitions,
        description="One self-contained HTML page of the night, for people who read rather than "
        "query.",
    )
    def night_report(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> dg.MaterializeResult[Any]:
        path = render_report(
            night.home.serving / "strata.duckdb",
            night.home.reports / f"{context.partition_key}.html",
            night.settings.language,
        )
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.path(str(path)),
                "kilobytes": path.stat().st_size // 1024,
            }
        )

    return night_report
