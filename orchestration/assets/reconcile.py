"""The weekly comparison of the live tables with a rebuild, as an asset with a blocking check."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.jobs import RECONCILE_GROUP
from orchestration.resources import LOCK_WAIT_SECONDS, NightHome

if TYPE_CHECKING:
    from orchestration.reconcile import Reconciliation

KEY = dg.AssetKey(["reports", "reconcile"])
SAME_ROWS = "live_tables_equal_a_rebuild"


def build_reconcile() -> dg.AssetsDefinition:
    """Return the comparison; it belongs to no night, so it has no partitions.

    The UI has no login: it is told tables and counts, never which rows.
    """

    @dg.asset(
        key=KEY,
        deps=[["serving", "strata"]],
        group_name=RECONCILE_GROUP,
        kinds={"duckdb", "python"},
        owners=["team:data-platform"],
        description="One text file of a comparison: the last night rebuilt from raw against the "
        "live tables; names tables, numbers of rows, and the rows' keys.",
        check_specs=[
            dg.AssetCheckSpec(
                SAME_ROWS,
                asset=KEY,
                blocking=True,
                description="Every row of every table is the one that a rebuild from raw gives: "
                "no night has left anything behind.",
            )
        ],
    )
    def compare_with_a_rebuild(
        context: dg.AssetExecutionContext, night: NightHome
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        # A rebuild assembles all definitions, of which this is one.
        from orchestration.reconcile import reconcile

        result = reconcile(
            night.home,
            night.settings,
            wait_seconds=LOCK_WAIT_SECONDS,
            progress=lambda line: context.log.info(line),
        )
        context.log.info(result.to_text(with_keys=False))
        yield dg.MaterializeResult(
            metadata={
                "as_of_date": str(result.as_of_date),
                "tables": len(result.tables),
                "report": dg.MetadataValue.path(str(result.report)),
            }
        )
        yield _check(result)

    return compare_with_a_rebuild


def _check(result: "Reconciliation") -> dg.AssetCheckResult:
    """Return the check: measured is the number of tables that differ."""
    lines = [f"- {difference.to_text()}" for difference in result.differences]
    return dg.AssetCheckResult(
        asset_key=KEY,
        check_name=SAME_ROWS,
        passed=result.is_same,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "measured": float(len(result.differences)),
            "threshold": 0.0,
            "differences": dg.MetadataValue.md("\n".join(lines) or "none"),
        },
    )
