"""The sensor that tells people of a failed night and makes sure that readers see it is stale."""

from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.alerts import FailedNight, post_failure
from orchestration.failures import settle_failed_night
from orchestration.home import Home
from orchestration.run_events import checks_of
from orchestration.settings import load_settings


def build_failure_sensor(home: Home, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that follows every failed night, also one whose process was killed."""

    @dg.run_failure_sensor(
        name="tell_of_failed_night",
        monitored_jobs=[job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Re-issues the last good tables as stale if the run could not, and posts to "
        "`alerts.webhook_url`.",
    )
    def tell_of_failed_night(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        night = run.tags.get("dagster/partition")
        if night is None:
            return
        settle_failed_night(home, context.instance, run.run_id, date.fromisoformat(night))
        tell(home, context.instance, run.run_id, night)

    return tell_of_failed_night


def tell(home: Home, instance: dg.DagsterInstance, run_id: str, night: str) -> None:
    """Post the alert of a failed run where the settings name a webhook."""
    url = load_settings(home.settings_file).alerts.webhook_url
    if url is None:
        return
    failed_steps = {
        stats.step_key
        for stats in instance.get_run_step_stats(run_id)
        if stats.status is not None and stats.status.value == "FAILURE"
    }
    failed_checks = [
        check.check_name
        for check in checks_of(instance, run_id)
        if not check.passed and check.severity == "error"
    ]
    post_failure(
        url,
        FailedNight(
            as_of_date=night,
            run_id=run_id,
            steps=tuple(sorted(failed_steps)),
            checks=tuple(failed_checks),
        ),
    )
