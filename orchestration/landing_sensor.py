"""The sensor that runs the last complete day again when files land."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.errors import BusyError, SettingsError
from orchestration.home import Home
from orchestration.landing.arrivals import LoadedFile, Look, Watch, look_at, new_files, read_loaded
from orchestration.landing.files import LandingFile
from orchestration.lock import hold_the_warehouse
from orchestration.publishing.issue import current_issue
from orchestration.run_events import night_of
from orchestration.schedules import night_to_run
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect

SENSOR = "landing_sensor"
# Two looks must be alike, so a night begins one to two minutes after the last byte.
SECONDS_BETWEEN_LOOKS = 60
# The schedule's own run takes a moment to reach the queue.
SCHEDULE_GRACE = timedelta(minutes=5)

_WAITING = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
]
Result = dg.SensorResult


def build_landing_sensor(home: Home, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor; one run takes in however many files have landed."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the last complete day again (the data's last day under run_until_data) "
        "once new files lie still; switched off by the setting schedule.when_files_land: false.",
    )
    def landing_sensor(context: dg.SensorEvaluationContext) -> Result:
        watch = Watch.from_text(context.cursor)
        try:
            settings = load_settings(home.settings_file)
            return decide(home, settings, context.instance, watch, datetime.now(tz=_zone(settings)))
        except (BusyError, SettingsError) as error:
            # Neither is the end of it: the next look finds the same files.
            return _skip(str(error), watch)

    return landing_sensor


def decide(
    home: Home, settings: Settings, instance: dg.DagsterInstance, watch: Watch, now: datetime
) -> Result:
    """Ask for one run if what has landed lies still and is new, else say why not.

    What has been given its run is remembered by its fingerprint, so that a file that stops every
    night asks for one run and no more until something in the folder changes.

    Raises
    ------
    BusyError
        If somebody is writing the warehouse; names the holder.
    """
    if not settings.schedule.when_files_land:
        return _skip("Switched off by the setting `schedule.when_files_land`.", watch)
    look = look_at(home.landing, settings.landing)
    if look.fingerprint == watch.settled:
        return _skip(f"Nothing has landed since the last look.{_not_read(look)}", watch)
    if look.fingerprint != watch.seen:
        what = "Something has landed" if watch.seen else "This is the first look"
        return _skip(
            f"{what}; waiting until names, sizes and times are the same at two looks.",
            Watch(look.fingerprint, watch.settled),
        )
    settled = Watch(look.fingerprint, look.fingerprint)
    if not home.warehouse.exists():
        # It would fix the time zone, which whoever has just landed files may not have set yet.
        return _skip(
            "No night has been run here: the first is begun by `strata run`, the job `nightly` or "
            "the schedule.",
            watch,
        )
    if waiting := _run_on_its_way(instance, now):
        return _skip(f"{waiting} It takes in what lies there; then this looks again.", watch)
    loaded = _loaded(home, settings)
    if "transactions" not in {file.table for file in look.files} | {each.table for each in loaded}:
        return _skip(f"No transactions have landed yet.{_not_read(look)}", settled)
    new = new_files(look.files, loaded)
    if not new:
        return _skip(
            f"All {len(look.files)} files have been taken in already.{_not_read(look)}", settled
        )
    night = night_to_run(home, settings)
    if _is_left_to_the_schedule(home, settings, night, now):
        return _skip(
            f"{_count(new)} new; the schedule runs the night of {night} at {settings.schedule.at} "
            "with them.",
            watch,
        )
    return Result(
        run_requests=[
            dg.RunRequest(
                run_key=f"{night}:{look.fingerprint}",
                partition_key=night.isoformat(),
                tags={"strata/landed": _count(new)},
            )
        ],
        cursor=settled.to_text(),
    )


def _run_on_its_way(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """Say which run waits or has just begun.

    A run that works holds the warehouse, which the next step finds. One that was killed may say
    for ever that it works, so that is believed for as long as a run takes to get hold of it.
    """
    waiting = instance.get_run_records(dg.RunsFilter(statuses=_WAITING), limit=1)
    begun = instance.get_run_records(
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.STARTED], updated_after=now - timedelta(minutes=5)
        ),
        limit=1,
    )
    for record in [*waiting, *begun]:
        run = record.dagster_run
        night = night_of(run.tags)
        what = f"The night of {night}" if night else f"The job {run.job_name}"
        return f"{what} is {run.status.value.lower().replace('_', ' ')} (run {run.run_id[:8]})."
    return None


def _loaded(home: Home, settings: Settings) -> list[LoadedFile]:
    """Return what raw holds; the files themselves are read after the warehouse is free again."""
    with (
        hold_the_warehouse(home, "a look at what has landed", wait_seconds=0),
        connect(home, settings) as connection,
    ):
        return read_loaded(connection)


def _is_left_to_the_schedule(home: Home, settings: Settings, night: date, now: datetime) -> bool:
    """Say whether tonight's own run is still to come: it would only be run twice."""
    published = current_issue(home)
    if published is None or published.as_of_date >= night:
        return False
    hour, minute = map(int, settings.schedule.at.split(":"))
    local = now.astimezone(_zone(settings))
    scheduled = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return local < scheduled + SCHEDULE_GRACE


def _zone(settings: Settings) -> ZoneInfo:
    return ZoneInfo(settings.time_zone)


def _count(new: Sequence[LandingFile]) -> str:
    return f"{len(new)} file{'s' if len(new) > 1 else ''}"


def _not_read(look: Look) -> str:
    """Mention what lies there in vain; which it is may tell of a customer, so it is not named."""
    if not look.ignored:
        return ""
    return f" {look.ignored} more cannot be read: `strata check` says why."


def _skip(why: str, watch: Watch) -> Result:
    return Result(skip_reason=why, cursor=watch.to_text())
