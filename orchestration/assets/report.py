"""The asset that draws the night's page from what was published."""

from typing import Any

import dagster as dg

from orchestration.assets.serving import tell_of_nights_before
from orchestration.publishing.issue import current_issue
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
        issue = current_issue(night.home)
        assert issue is not None, "the publish comes first"
        settings = night.settings
        path = render_report(
            night.home.serving / issue.serving_file,
            night.home.reports / f"{issue.as_of_date}.html",
            settings.language,
            currency=settings.currency,
            matrix_days=settings.history.matrix_days,
        )
        tell_of_nights_before(context, context.asset_key, issue)
        return dg.MaterializeResult(
            metadata={
                "night": issue.as_of_date.isoformat(),
                "page": dg.MetadataValue.path(str(path)),
                "kilobytes": path.stat().st_size // 1024,
            }
        )

    return night_report
