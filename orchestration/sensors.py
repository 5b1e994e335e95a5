"""The sensor that tells people of a failed night and makes sure that readers see it is stale."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.alerts import FailedComparison, FailedNight, post_failure
from orchestration.failures import settle_failed_night
from orchestration.home import Home
from orchestration.run_events import checks_of, night_of
from orchestration.settings import load_settings


def build_failure_sensor(
    home: Home, jobs: Sequence[UnresolvedAssetJobDefinition]
) -> dg.SensorDefinition:
    """Return the sensor that follows every failed run of jobs, also one that was killed."""

    @dg.run_failure_sensor(
        name="tell_of_failed_night",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Re-issues the last good tables as stale if the run could not, and posts to "
        "`alerts.webhook_url`; tells of a failed weekly comparison too.",
    )
    def tell_of_failed_night(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        night = night_of(run.tags)
        if night is not None:
            settle_failed_night(home, context.instance, run.run_id, date.fromisoformat(night))
        tell(home, context.instance, run.run_id, night)

    return tell_of_failed_night


def tell(home: Home, instance: dg.DagsterInstance, run_id: str, night: str | None) -> None:
    """Post the alert of a failed run where the settings name a webhook.

    A run without a night is the weekly comparison.
    """
    url = load_settings(home.settings_file).alerts.webhook_url
    if url is None:
        return
    failed = {
        stats.step_key
        for stats in instance.get_run_step_stats(run_id)
        if stats.status is not None and stats.status.value == "FAILURE"
    }
    steps = tuple(sorted(failed))
    checks = tuple(
        check.check_name
        for check in checks_of(instance, run_id)
        if not check.passed and check.severity == "error"
    )
    post_failure(
        url,
        FailedComparison(run_id=run_id, steps=steps, checks=checks)
        if night is None
        else FailedNight(as_of_date=night, run_id=run_id, steps=steps, checks=checks),
    )
