"""The check that no asset of the night was skipped in silence."""

from collections.abc import Iterable

import dagster as dg

from orchestration.run_events import materialised_in

CLOSING_CHECK = "every_expected_asset_was_materialised"
LAST_ASSET = dg.AssetKey(["reports", "night"])
# What else stands at the end of the graph: the check waits for it, and then misses nothing.
OTHER_ENDS = (dg.AssetKey(["exports", "deliveries"]),)


POSTGRES = dg.AssetKey(["serving", "postgres"])
POSTGRES_CHECK = "postgres_took_the_night"


def missing_assets(
    instance: dg.DagsterInstance, run_id: str, expected: Iterable[dg.AssetKey]
) -> list[str]:
    """Return the assets that the run should have made and did not, by name, sorted."""
    made = materialised_in(instance, run_id)
    return sorted(key.to_user_string() for key in expected if key not in made)


def completeness_result(
    asset_key: dg.AssetKey, check_name: str, missing: list[str]
) -> dg.AssetCheckResult:
    """Return the check's result: measured is the number of assets that are missing."""
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=check_name,
        passed=not missing,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "measured": float(len(missing)),
            "threshold": 0.0,
            "missing": ", ".join(missing) or "none",
        },
    )


def explain_missing(missing: list[str]) -> str:
    """Say which assets are missing, and what to do."""
    return (
        f"{len(missing)} expected assets were not made in this run: {', '.join(missing)}. "
        "Run the whole night: `strata run`, or the job `nightly` for this partition."
    )


def build_closing_check() -> dg.AssetChecksDefinition:
    """Return the last check of the night: a run that is green but skipped something fails."""

    @dg.asset_check(
        asset=LAST_ASSET,
        name=CLOSING_CHECK,
        blocking=True,
        additional_deps=OTHER_ENDS,
        description="Every asset of the job was materialised in this run.",
    )
    def every_expected_asset_was_materialised(
        context: dg.AssetCheckExecutionContext,
    ) -> dg.AssetCheckResult:
        run = context.run
        expected = run.asset_selection or context.job_def.asset_layer.executable_asset_keys
        # Whether Postgres took the night is told by its own check, which stops nothing.
        missing = missing_assets(context.instance, run.run_id, set(expected) - {POSTGRES})
        return completeness_result(LAST_ASSET, CLOSING_CHECK, missing)

    return every_expected_asset_was_materialised
