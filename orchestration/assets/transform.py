"""The dbt stages of the night as Dagster assets, with dbt's tests as their checks."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from dbt.artifacts.schemas.run import RunResult

from orchestration.column_lineage import ColumnLineage, read_columns
from orchestration.core_state import (
    CoreBuild,
    begin_core_intake,
    forget_core_build,
    plan_core_build,
    record_core_build,
)
from orchestration.dbt import invoke, parsed_manifest, point_dbt_at
from orchestration.dbt_failures import (
    FAILED,
    SKIPPED,
    DbtStepsError,
    explain_result,
    is_short_of_memory,
)
from orchestration.dbt_translator import NightTranslator
from orchestration.resources import NightHome, as_of_date
from orchestration.row_counts import count_rows
from orchestration.ui_metadata.column_schema import of_table
from orchestration.ui_metadata.key_tables import about_key_table
from orchestration.unfinished_nights import begin_segments, end_segments, told_of

# Folders of dbt_project/models that run before and after the Python models. One invocation each:
# with a single one, dbt would run tests of later models before those models are built.
PREPARE = "fqn:strata.staging fqn:strata.core fqn:strata.features"
SEGMENT = "resource_type:seed fqn:strata.segments fqn:strata.marts"
EXCLUDE = "resource_type:unit_test"

# dbt's words for how a node ended, and for what it is.
_SUCCESS, _PASS = "success", "pass"
_TEST = "test"

Event = dg.MaterializeResult[Any] | dg.AssetCheckResult


def build_dbt_stages(
    manifest: Mapping[str, Any], partitions: dg.PartitionsDefinition[str]
) -> list[dg.AssetsDefinition]:
    """Return the two dbt stages: `prepare` ends with features, `segment` with the marts."""
    translator = NightTranslator()

    def stage(name: str, select: str) -> dg.AssetsDefinition:
        @dbt_assets(
            manifest=manifest,
            select=select,
            exclude=EXCLUDE,
            name=name,
            partitions_def=partitions,
            dagster_dbt_translator=translator,
        )
        def run_stage(context: dg.AssetExecutionContext, night: NightHome) -> Iterator[Event]:
            build = _plan_core(context, night) if name == "prepare" else None
            if context.has_partition_key:
                _refuse_another_night(context, night)
            if build is None:
                _begin_segments(context, night)
            yield from _run(context, night, manifest, translator, select, build)
            if not context.is_subset:
                with night.connect() as connection:
                    if build is None:
                        end_segments(connection, context.run.run_id)
                    else:
                        record_core_build(connection, build)

        return run_stage

    return [stage("prepare", PREPARE), stage("segment", SEGMENT)]


def _plan_core(context: dg.AssetExecutionContext, night: NightHome) -> CoreBuild:
    """Decide how core is built, and say so; a part of it alone is never built anew."""
    with night.connect() as connection:
        build = plan_core_build(connection, parsed_manifest(night.home))
        if build.reason is not None:
            if context.is_subset:
                raise dg.Failure(
                    description=f"Core has to be built as a whole, for {build.reason}. Run the "
                    "whole night: the job `nightly` for this partition.",
                    allow_retries=False,
                )
            forget_core_build(connection)
            context.log.info(f"Core is built as a whole, for {build.reason}.")
        begin_core_intake(connection)
    return build


def _begin_segments(context: dg.AssetExecutionContext, night: NightHome) -> None:
    """Note that the night's segments are begun, and say which nights did not come to an end."""
    with night.connect() as connection:
        others = begin_segments(
            connection,
            as_of_date(context),
            context.run.run_id,
            is_whole=not context.is_subset,
        )
    for other in others:
        context.log.warning(told_of(other))


def _run(
    context: dg.AssetExecutionContext,
    night: NightHome,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    select: str,
    build: CoreBuild | None,
) -> Iterator[Event]:
    """Build one stage, hand every result to Dagster, then fail if dbt failed anywhere.

    The step is failed by hand, after all results: dbt stops what depends on a failed test within
    the stage, and a failed step is what surely stops every later stage, Python included.
    """
    point_dbt_at(night.home, night.settings)
    arguments = []
    if context.is_subset:
        names = {key.path[-1] for key in context.selected_asset_keys}
        names |= {key.name for key in context.selected_asset_check_keys}
        arguments += ["--indirect-selection", "empty", "--select", *sorted(names)]
    else:
        arguments += ["--select", *select.split()]
    is_whole = build is not None and build.is_whole
    results = _build(context, night, arguments, is_whole=is_whole)
    with night.connect() as connection:
        row_counts = count_rows(connection, results)
        columns = read_columns(connection)
        about = {key: about_key_table(connection, key) for key in context.selected_asset_keys}
    lineage = ColumnLineage(night.home, manifest, translator, columns)
    failures: list[str] = []
    messages: list[str] = []
    made: set[dg.AssetKey] = set()
    for result in results:
        node = result.node
        if str(result.status) in FAILED:
            failures.append(explain_result(result))
            messages.append(f"{node.unique_id}: {result.message}")
        if str(node.resource_type) == _TEST:
            key = get_asset_check_key_for_test(manifest, translator, node.unique_id, None)
            if (
                key is not None
                and key in context.selected_asset_check_keys
                and str(result.status) != SKIPPED
            ):
                yield _check_result(key, result)
        elif str(result.status) == _SUCCESS:
            asset_key = translator.get_asset_spec(manifest, node.unique_id, None).key
            made.add(asset_key)
            sources = lineage.metadata(node.unique_id, getattr(node, "compiled_code", None))
            yield dg.MaterializeResult(
                asset_key=asset_key,
                metadata={
                    "seconds": round(result.execution_time, 3),
                    **_row_count(row_counts.get(node.unique_id)),
                    **about.get(asset_key, {}),
                    **of_table(lineage.columns_of(node.unique_id), sources),
                    **sources,
                },
            )
    lineage.save()
    if not failures:
        # The outputs of a dbt stage are optional to Dagster: one that is never yielded would
        # skip everything behind it, and leave the run green.
        failures += [
            f"{key.to_user_string()} was not built"
            for key in sorted(context.selected_asset_keys - made)
        ]
    if failures:
        raise dg.Failure(
            description=f"{len(failures)} of {len(results)} dbt steps failed: "
            + "; ".join(failures),
            allow_retries=False,
        ) from DbtStepsError("\n".join(messages))


def _build(
    context: dg.AssetExecutionContext, night: NightHome, selection: list[str], *, is_whole: bool
) -> list[RunResult]:
    """Build what is selected; what ran out of memory is run once more, one node at a time.

    Two nodes at a time share the memory that DuckDB may have: a night need not be lost for one that
    happened to be the second. Nothing is run again if anything else failed.
    """
    manifest = parsed_manifest(night.home)
    options = ["build", "--exclude-resource-type", "unit_test"]
    options += ["--full-refresh"] if is_whole else []

    def results_of(*arguments: str) -> dict[str, RunResult]:
        found = invoke(night.home, [*options, *arguments], manifest).result
        return {each.node.unique_id: each for each in found.results}  # type: ignore[union-attr]

    results = results_of(*selection)
    failed = [each for each in results.values() if str(each.status) in FAILED]
    if failed and all(map(is_short_of_memory, failed)):
        names = ", ".join(each.node.name for each in failed)
        context.log.warning(f"Out of memory: {names}. Run once more, one step at a time.")
        skipped = [each for each in results.values() if str(each.status) == SKIPPED]
        again = [each.node.name for each in (*failed, *skipped)]
        alone = ["--threads", "1", "--indirect-selection", "empty", "--select", *again]
        results |= results_of(*alone)
    return list(results.values())


def _row_count(rows: int | None) -> dict[str, int]:
    return {} if rows is None else {"dagster/row_count": rows}


def _refuse_another_night(context: dg.AssetExecutionContext, night: NightHome) -> None:
    """Fail if the tables that lie there are of another night than the one that was asked for.

    Somebody who materialises a few tables in the UI for a past partition would otherwise build them
    as of the last night, under the past one's name.
    """
    with night.connect() as connection:
        row = connection.execute("select as_of_date from ops.night").fetchone()
    if row is None or row[0] != as_of_date(context):
        raise dg.Failure(
            description=f"The warehouse stands at the night of {row[0] if row else None}, not of "
            f"{as_of_date(context)}. Run the whole night: the job `nightly` for this partition.",
            allow_retries=False,
        )


def _check_result(key: dg.AssetCheckKey, result: RunResult) -> dg.AssetCheckResult:
    """Turn a dbt test's result into a check: measured is the number of rows that break the rule."""
    severity = str(result.node.config.severity).lower()  # type: ignore[union-attr]
    is_error = severity == "error"
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=str(result.status) == _PASS,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "measured": float(result.failures or 0),
            "threshold": 0.0,
            "seconds": round(result.execution_time, 3),
        },
    )
