"""The schedules: every night, and once a week the comparison with a rebuild."""

from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.data_days import last_day_in_data
from orchestration.errors import BusyError
from orchestration.home import Home
from orchestration.partitions import yesterday
from orchestration.settings import Settings, load_settings


def night_to_run(home: Home, settings: Settings) -> date:
    """Return the night that is due: yesterday, or the data's last day under `run_until_data`."""
    if settings.run_until_data:
        last = last_day_in_data(home, settings)
        if last is not None:
            return min(last, yesterday(settings))
    return yesterday(settings)


# Well after the night of Sunday; a night that still runs is waited for in the queue.
RECONCILE_HOURS_AFTER = 3


def build_schedule(
    home: Home, settings: Settings, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """Return the schedule that runs the night that is due, in the account's time zone."""
    hour, minute = settings.schedule.at.split(":")

    @dg.schedule(
        name="every_night",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Runs the night of yesterday (of the data's last day in a sample).",
    )
    def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        try:
            night = night_to_run(home, load_settings(home.settings_file))
        except BusyError as error:
            return dg.SkipReason(str(error))
        return dg.RunRequest(
            run_key=context.scheduled_execution_time.isoformat(), partition_key=night.isoformat()
        )

    return every_night


def build_weekly_schedule(
    settings: Settings, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """Return the schedule of the comparison with a rebuild: Sundays, some hours after the night."""
    hour, minute = settings.schedule.at.split(":")
    return dg.ScheduleDefinition(
        name="reconcile_every_week",
        job=job,
        cron_schedule=f"{int(minute)} {(int(hour) + RECONCILE_HOURS_AFTER) % 24} * * 0",
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Rebuilds the last night beside the live tables and compares every row.",
    )
