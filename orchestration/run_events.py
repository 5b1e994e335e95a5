"""What Dagster's event log says of one run: which assets it made, which checks it took."""

import json
from collections.abc import Iterable, Mapping

import dagster as dg
import sqlalchemy as db
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.events import EngineEventData, RunFailureReason
from dagster._core.execution.plan.objects import ErrorSource
from dagster._core.execution.stats import StepEventStatus
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster_shared.error import SerializableErrorInfo

from orchestration.ops_tables import CheckResult
from orchestration.private_errors import ToldError

_ERROR_CLASS = "error_class"
# Made first of all that a night is made of.
NIGHT = dg.AssetKey(["ops", "night"])


def night_of(tags: Mapping[str, str]) -> str | None:
    """Return the night of a run; one of an asset backfill names it as a range of one."""
    return tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_start")


def is_whole_night(run: dg.DagsterRun) -> bool:
    """Say whether a run makes a night from its beginning, and not a few assets of one."""
    if run.asset_selection:
        return NIGHT in run.asset_selection
    return not run.asset_check_selection


def came_through_its_steps(instance: dg.DagsterInstance, run_id: str) -> bool | None:
    """Return whether all steps of a run came through, or one failed; None if it was interrupted.

    Dagster lets a step fail that was running when the run was interrupted. What was skipped in
    silence is for the night's own last check.
    """
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    events = [record.event_log_entry.dagster_event for record in records]
    sources = [event.step_failure_data.error_source for event in events if event is not None]
    if any(source is not ErrorSource.INTERRUPT for source in sources):
        return False
    run = instance.get_run_by_id(run_id)
    if sources or run is None or run.execution_plan_snapshot_id is None:
        return None
    plan = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    done = {
        stats.step_key
        for stats in instance.get_run_step_stats(run_id)
        if stats.status in (StepEventStatus.SUCCESS, StepEventStatus.SKIPPED)
    }
    return True if done >= set(plan.step_keys_to_execute) else None


def is_interruption(event: dg.DagsterEvent) -> bool:
    """Say whether an event is the end of a run that somebody interrupted."""
    if event.event_type is dg.DagsterEventType.RUN_FAILURE:
        return event.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION
    return event.event_type is dg.DagsterEventType.RUN_CANCELED


def materialised_in(instance: dg.DagsterInstance, run_id: str) -> set[dg.AssetKey]:
    """Return the assets that a run made, those of the runs it re-executes included.

    Asked of the storage by name: Dagster would hand out whole events, column lineage and all.
    """
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    keys: set[dg.AssetKey] = set()
    columns = SqlEventLogStorageTable.c
    for one in _with_ancestors(instance, run_id):
        made = db.select(columns.asset_key.distinct()).where(
            columns.run_id == one,
            columns.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        )
        with storage.run_connection(one) as connection:
            keys |= {dg.AssetKey(json.loads(key)) for (key,) in connection.execute(made)}
    return keys


def checks_of(instance: dg.DagsterInstance, run_id: str) -> list[CheckResult]:
    """Return the checks of a run, the latest result of each, those of re-executed runs included."""
    latest: dict[dg.AssetCheckKey, CheckResult] = {}
    for one in _with_ancestors(instance, run_id):
        records = instance.get_records_for_run(
            one, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
        for record in records:
            event = record.event_log_entry.dagster_event
            if event is None:
                continue
            evaluation = event.asset_check_evaluation_data
            latest[evaluation.asset_check_key] = as_recorded(evaluation)
    return sorted(latest.values(), key=lambda check: (check.asset, check.check_name))


def nights_still_to_tell(instance: dg.DagsterInstance, key: dg.AssetKey, job: str) -> list[str]:
    """Return the nights that a job went through of which an asset knows nothing yet, oldest first.

    Dagster shows a partition as missing that no run has made by its own name.
    """
    runs = instance.get_runs(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]))
    nights = {night for run in runs if (night := night_of(run.tags)) is not None}
    return sorted(nights - instance.get_materialized_partitions(key))


def as_recorded(result: dg.AssetCheckEvaluation | dg.AssetCheckResult) -> CheckResult:
    """Return a check's result as the night's tables keep it."""
    assert result.asset_key is not None
    assert result.check_name is not None
    metadata = normalize_metadata(result.metadata or {})
    return CheckResult(
        check_name=result.check_name,
        asset=".".join(result.asset_key.path),
        severity="error" if result.severity is dg.AssetCheckSeverity.ERROR else "warn",
        passed=result.passed,
        measured=_number(metadata.get("measured")),
        threshold=_number(metadata.get("threshold")),
    )


def metadata_of_check(
    instance: dg.DagsterInstance, run_id: str, check_name: str
) -> Mapping[str, dg.MetadataValue]:
    """Return what the latest result of a check of a run says beside its figures."""
    records = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    found: Mapping[str, dg.MetadataValue] = {}
    for record in records:
        event = record.event_log_entry.dagster_event
        if event is not None and event.asset_check_evaluation_data.check_name == check_name:
            found = event.asset_check_evaluation_data.metadata
    return found


def report_step_error(
    instance: dg.DagsterInstance, run_id: str, step_key: str, error: ToldError
) -> None:
    """Write into a run's log what may be said of the error that a step failed with."""
    where = {"full_text": error.kept_in} if error.kept_in else {}
    instance.report_engine_event(
        f"{step_key} failed: {error.words}",
        instance.get_run_by_id(run_id),
        EngineEventData(
            {_ERROR_CLASS: error.error_class, **where},
            error=SerializableErrorInfo(f"{error.words}\n", [], error.error_class),
        ),
        step_key=step_key,
    )


def error_classes_of(instance: dg.DagsterInstance, run_id: str) -> dict[str, str]:
    """Return the class of the error that each failed step of a run ended with, by step."""
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    events = [record.event_log_entry.dagster_event for record in records]
    return {
        event.step_key: str(event.engine_event_data.metadata[_ERROR_CLASS].value)
        for event in events
        if event is not None
        and event.step_key is not None
        and _ERROR_CLASS in event.engine_event_data.metadata
    }


def _with_ancestors(instance: dg.DagsterInstance, run_id: str) -> Iterable[str]:
    """Return the run and those it was re-executed from, oldest first."""
    chain = [run_id]
    while (run := instance.get_run_by_id(chain[0])) is not None and run.parent_run_id:
        chain.insert(0, run.parent_run_id)
    return chain


def _number(value: object) -> float | None:
    number = getattr(value, "value", None)
    return float(number) if isinstance(number, int | float) else None
