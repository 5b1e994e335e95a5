"""Running nights from a process of one's own, through the same Dagster jobs as the schedule."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg

from orchestration import failures, loading
from orchestration.alerting.occasions import after_failed_run, after_good_run
from orchestration.checks import POSTGRES
from orchestration.data_days import DataDays, days_in_data
from orchestration.definitions import build_definitions
from orchestration.errors import BusyError, InputError
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.jobs import NIGHTLY
from orchestration.landing.files import discover
from orchestration.landing.ingest import check_there_are_transactions
from orchestration.lock import hold_the_warehouse
from orchestration.partitions import yesterday
from orchestration.private_errors import told
from orchestration.run_events import is_interruption
from orchestration.run_retention import drop_old_run_logs
from orchestration.schedules import night_to_run
from orchestration.settings import Settings

# Dagster's own console lines would bury the progress; they are in the event log all the same.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class NightRun:
    """One run of one night: whether it went through, and if not, what stopped it."""

    as_of_date: date
    run_id: str
    is_success: bool
    cause: BaseException | None
    failed_steps: tuple[str, ...]
    is_interrupted: bool = False


@contextmanager
def ready_to_write(
    home: Home, settings: Settings, what: str, *, wait_seconds: float
) -> Iterator[None]:
    """Hold the warehouse for a command, once there is anything at all to work on.

    What a database will land is not there yet: the ingest then says if there is nothing.

    Raises
    ------
    LandingError
        If nothing has ever landed; nothing is written then, not even a lock.
    BusyError
        If another run holds the warehouse for longer than `wait_seconds`.
    """
    lands_itself = any(each.into == "transactions" for each in settings.landing.databases)
    if not home.warehouse.exists() and not lands_itself:
        found = discover(home.landing, settings.landing)
        check_there_are_transactions(home, found, is_loaded=False)
    with hold_the_warehouse(home, what, wait_seconds=wait_seconds):
        yield


def choose_night(home: Home, settings: Settings, as_of_date: date | None) -> date:
    """Return the night to run, after making sure that it can be run at all.

    Raises
    ------
    InputError
        If the day lies in the future, before the first day that the
        settings allow, or before all data.
    """
    night = as_of_date or night_to_run(home, settings)
    _refuse_impossible(home, settings, [night], days_in_data(home, settings))
    return night


def choose_nights(
    home: Home, settings: Settings, first: date, last: date, every: str
) -> list[date]:
    """Return the nights of a backfill, oldest first, after making sure that all can be run.

    Raises
    ------
    InputError
        If a night of the range cannot be run; says which days exist.
    """
    days = days_in_data(home, settings)
    nights = nights_between(first, last, every)
    _refuse_impossible(home, settings, nights, days)
    return nights


def refuse_wrong_days(home: Home, settings: Settings, first: date, last: date) -> None:
    """Refuse days that cannot be run whatever has landed; nobody has to be waited for to say so.

    Raises
    ------
    InputError
        If the range runs backwards, is not over, or begins before the setting `first_day`.
    """
    if last < first:
        try:
            days = days_in_data(home, settings)
        except BusyError:
            days = None
        known = f" The transactions run from {days.first} to {days.last}." if days else ""
        raise InputError(f"The range runs backwards: --from {first} is after --to {last}.{known}")
    last_whole_day = yesterday(settings)
    if last > last_whole_day:
        raise InputError(
            f"{last} is not over: the last whole business day in {settings.time_zone} is "
            f"{last_whole_day}. Choose a day up to {last_whole_day}."
        )
    if first < date.fromisoformat(settings.first_day):
        raise InputError(
            f"{first} lies before the setting `first_day` ({settings.first_day}). "
            f"Choose a later day, or set `first_day` in {home.settings_file}."
        )


def _refuse_impossible(
    home: Home, settings: Settings, nights: list[date], days: DataDays | None
) -> None:
    """Raise if one of the nights, oldest first, is not over or has nothing to tell."""
    first, last = nights[0], nights[-1]
    refuse_wrong_days(home, settings, first, last)
    if days is not None and first < days.first:
        raise InputError(
            f"{first} lies before all data: the transactions run from {days.first} to "
            f"{days.last}. Choose a day from then on."
        )


def run_nights(
    home: Home,
    nights: list[date],
    *,
    job_names: list[str],
    progress: Progress,
) -> list[NightRun]:
    """Run nights one after the other in this process; stop at the first failure.

    The caller holds the warehouse (`ready_to_write`).
    """
    runs: list[NightRun] = []
    os.environ["STRATA_HOME"] = str(home.root)
    with open_instance(home) as instance:
        definitions = build_definitions(home)
        for night, job_name in zip(nights, job_names, strict=True):
            run = run_night(home, instance, definitions, night, job_name, progress)
            runs.append(run)
            if not run.is_success:
                break
    return runs


def run_night(
    home: Home,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    night: date,
    job_name: str,
    progress: Progress,
) -> NightRun:
    """Run one night through its job, telling the steps as they end."""
    loading.end()
    run_id = str(uuid.uuid4())
    failed: list[str] = []
    interruptions: list[str] = []

    def listen(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and is_interruption(event):
            interruptions.append(run_id)
        if event is None or event.step_key is None:
            return
        if event.event_type is dg.DagsterEventType.STEP_START:
            progress(f"  … {event.step_key}")
        elif event.event_type is dg.DagsterEventType.STEP_SUCCESS:
            seconds = event.step_success_data.duration_ms / 1000
            progress(f"  ✓ {event.step_key} ({seconds:.1f} s)")
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            failed.append(event.step_key)
            progress(f"  ✗ {event.step_key}")
        elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            # Taken after the publish, so the night's own table of checks does not tell it.
            if check.asset_key == POSTGRES and not check.passed:
                progress(f"  ! {check.description}")

    progress(f"Night of {night} (run {run_id[:8]})")
    instance.add_event_listener(run_id, listen)
    result = definitions.resolve_job_def(job_name).execute_in_process(
        instance=instance,
        partition_key=night.isoformat(),
        run_id=run_id,
        run_config=_QUIET,
        raise_on_error=False,
    )
    is_interrupted = bool(interruptions) and not result.success
    if is_interrupted:
        # No hook of a step is called then.
        failures.settle_failed_night(home, instance, run_id, night)
    if job_name == NIGHTLY:
        drop_old_run_logs(instance)
        tell = after_good_run if result.success else after_failed_run
        for entry in tell(home, instance, run_id, night.isoformat()):
            progress(f"  ! the alert `{entry.kind}` was not delivered: see `strata status`")
    return NightRun(
        as_of_date=night,
        run_id=run_id,
        is_success=result.success,
        cause=failures.causes.get(run_id),
        failed_steps=tuple(failed),
        is_interrupted=is_interrupted,
    )


def explain(run: NightRun) -> str:
    """Say why a night failed, in a few plain lines."""
    if run.is_interrupted:
        where = f" in {', '.join(run.failed_steps)}" if run.failed_steps else ""
        return (
            f"The night of {run.as_of_date} was interrupted{where}: `strata run --as-of "
            f"{run.as_of_date}` runs it again."
        )
    steps = ", ".join(run.failed_steps) or "start"
    why = told(run.cause).words if run.cause else "See the run in the Dagster UI."
    return f"The night of {run.as_of_date} failed in {steps}.\n{why}"


def nights_between(first: date, last: date, every: str) -> list[date]:
    """Return the nights of a range, oldest first; its last day is always one of them."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if every == "week":
        chosen = [day for day in days if day.isoweekday() == last.isoweekday()]
    elif every == "month":
        chosen = [day for day in days if (day + timedelta(days=1)).day == 1]
    else:
        chosen = days
    return chosen if last in chosen else [*chosen, last]
