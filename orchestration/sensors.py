"""The sensors that tell people how nights went, and make sure that readers see a stale one."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.alerting.occasions import after_a_look, after_failed_run, after_good_run
from orchestration.failures import settle_failed_night
from orchestration.home import Home
from orchestration.run_events import night_of
from orchestration.run_retention import drop_old_run_logs
from orchestration.settings import load_settings
from orchestration.summary import last_night

STALE_EVERY_SECONDS = 900


def build_failure_sensor(
    home: Home, jobs: Sequence[UnresolvedAssetJobDefinition]
) -> dg.SensorDefinition:
    """Return the sensor that follows every failed run of jobs, also one that was killed."""

    @dg.run_failure_sensor(
        name="tell_of_failed_night",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Re-issues the last good tables as stale if the run could not, and tells "
        "people (`alerts`); tells of a failed weekly comparison too.",
    )
    def tell_of_failed_night(context: dg.RunFailureSensorContext) -> None:
        _settle_and_tell(home, context.instance, context.dagster_run)

    return tell_of_failed_night


def build_cancelled_sensor(
    home: Home, jobs: Sequence[UnresolvedAssetJobDefinition]
) -> dg.SensorDefinition:
    """Return the sensor that follows what a person terminates, for Dagster no failed run."""

    @dg.run_status_sensor(
        name="tell_of_terminated_night",
        run_status=dg.DagsterRunStatus.CANCELED,
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Re-issues the last good tables as stale after a run was terminated in the "
        "UI, and tells people (`alerts`), as after one that failed.",
    )
    def tell_of_terminated_night(context: dg.RunStatusSensorContext) -> None:
        _settle_and_tell(home, context.instance, context.dagster_run)

    return tell_of_terminated_night


def _settle_and_tell(home: Home, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    night = night_of(run.tags)
    if night is not None:
        settle_failed_night(home, instance, run.run_id, date.fromisoformat(night))
    after_failed_run(home, instance, run.run_id, night)


def build_good_night_sensor(home: Home, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that tells what a good night warns of, and of recovery."""

    @dg.run_status_sensor(
        name="tell_of_good_night",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Tells people (`alerts`) of checks that warn, of segments that emptied or "
        "jumped, and that a failed or late night has recovered.",
    )
    def tell_of_good_night(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        night = night_of(run.tags)
        drop_old_run_logs(context.instance)
        if night is not None:
            after_good_run(home, context.instance, run.run_id, night)

    return tell_of_good_night


def build_stale_sensor(home: Home) -> dg.SensorDefinition:
    """Return the sensor that tells when the night that is due does not come at all."""

    @dg.sensor(
        name="tell_of_stale_tables",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=STALE_EVERY_SECONDS,
        description="Tells people (`alerts`) once a night that the tables are older than they "
        "should be, and tries again what was not delivered. If Dagster itself is down, "
        "`strata status --alert` in cron tells.",
    )
    def tell_of_stale_tables() -> dg.SkipReason:
        settings = load_settings(home.settings_file)
        if settings.run_until_data:
            return dg.SkipReason("Under `run_until_data` no night is due by the clock.")
        state = last_night(home, settings)
        after_a_look(home, state)
        return dg.SkipReason(state["reason"] or "The tables are those of the night that is due.")

    return tell_of_stale_tables
