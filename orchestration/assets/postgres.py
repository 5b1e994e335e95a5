"""The asset that copies what was published to Postgres, where the settings name one."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.alerting.occasions import SERVING
from orchestration.checks import POSTGRES, POSTGRES_CHECK
from orchestration.ops_tables import CheckResult, add_checks
from orchestration.publishing.issue import current_issue
from orchestration.publishing.postgres import PostgresError, PostgresIssue, publish_to_postgres
from orchestration.resources import NightHome, as_of_date
from orchestration.ui_metadata.step_lineage import of_postgres


def build_postgres(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Return the copy in Postgres.

    A Postgres that cannot be written fails a check and not the night: the file that most readers
    open is published, and the next publish brings Postgres up to it. The asset is not made then.
    """

    @dg.asset(
        key=POSTGRES,
        deps=[SERVING],
        group_name="serving",
        kinds={"postgres", "python"},
        owners=["team:data-platform"],
        partitions_def=partitions,
        output_required=False,
        description="One copy per night of the tables of `serving/strata.duckdb` in a Postgres "
        "schema, replaced in one transaction: readers see one whole night, grants and views stay.",
        check_specs=[
            dg.AssetCheckSpec(
                POSTGRES_CHECK,
                asset=POSTGRES,
                description="Postgres took the night; otherwise it holds the one before, whole.",
            )
        ],
    )
    def copy_to_postgres(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        issue, target = current_issue(night.home), night.settings.publish.postgres
        assert issue is not None, "the publish comes first"
        assert target is not None, "without it there is no such asset"
        copied, problem = None, None
        try:
            copied = publish_to_postgres(night.home, issue, target)
        except PostgresError as error:
            problem = str(error)
        result = CheckResult(
            check_name=POSTGRES_CHECK,
            asset=".".join(POSTGRES.path),
            severity="warn",
            passed=problem is None,
            measured=0.0 if problem is None else 1.0,
            threshold=0.0,
        )
        with night.connect() as connection:
            add_checks(connection, as_of_date(context), context.run.run_id, [result])
            columns = of_postgres(connection, issue.tables)
        if copied is not None:
            yield _made(copied, columns)
        yield dg.AssetCheckResult(
            asset_key=POSTGRES,
            check_name=POSTGRES_CHECK,
            passed=result.passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=problem,
            metadata={"measured": result.measured, "threshold": result.threshold},
        )

    return copy_to_postgres


def _made(copied: PostgresIssue, columns: dict[str, Any]) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        asset_key=POSTGRES,
        metadata={
            "published_night": copied.issue.as_of_date.isoformat(),
            "issue": copied.issue.name,
            "schema": copied.schema,
            "rows_written": copied.rows,
            "rows_per_second": round(copied.rows_per_second),
            "tables_unchanged": len(copied.unchanged),
            "dagster/row_count": sum(copied.issue.tables.values()),
            **columns,
        },
    )
