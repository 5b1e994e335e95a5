"""What happens when a step fails: checks are kept, the last good tables go out as stale."""

from datetime import UTC, date, datetime

import dagster as dg
import duckdb

from orchestration.errors import BusyError, StrataError
from orchestration.home import Home
from orchestration.jobs import UNPUBLISHED
from orchestration.lock import hold_the_warehouse
from orchestration.ops_tables import create_ops_schema, record_checks
from orchestration.private_errors import told
from orchestration.publishing.issue import current_issue, reissue_stale
from orchestration.publishing.postgres import PostgresError, publish_to_postgres
from orchestration.publishing.room import FullDiskError
from orchestration.reporting.page import render_report
from orchestration.run_events import checks_of, materialised_in, night_of, report_step_error
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect

# The error that stopped a run of this process, by run id: the exit code depends on it.
causes: dict[str, BaseException] = {}


def build_words_hook() -> dg.HookDefinition:
    """Return the hook that says in the run's log why a step failed: Dagster itself tells an id."""

    @dg.failure_hook(name="say_why")
    def say_why(context: dg.HookContext) -> None:
        error = context.op_exception
        if error is None:
            return
        causes.setdefault(context.run_id, error)
        report_step_error(context.instance, context.run_id, context.step_key, told(error))

    return say_why


def build_failure_hook(home: Home) -> dg.HookDefinition:
    """Return the hook that runs in the run's own process as soon as a step has failed."""

    @dg.failure_hook(name="keep_last_good_tables")
    def keep_last_good_tables(context: dg.HookContext) -> None:
        run = context.instance.get_run_by_id(context.run_id)
        night = night_of(run.tags) if run else None
        if night is None:
            return
        settle_failed_night(home, context.instance, context.run_id, date.fromisoformat(night))

    return keep_last_good_tables


def settle_failed_night(
    home: Home, instance: dg.DagsterInstance, run_id: str, as_of_date: date
) -> None:
    """Keep the failed night's checks and re-issue the last good tables as stale; safe to repeat.

    A run that had published before it failed (its report did not come out) leaves the tables as
    they are: they are tonight's. So does a past night of a backfill, which publishes nothing.
    """
    run = instance.get_run_by_id(run_id)
    is_published = run is None or run.job_name != UNPUBLISHED
    try:
        with hold_the_warehouse(home, f"settling the failed night of {as_of_date}", wait_seconds=0):
            settings = _keep_checks(home, instance, run_id, as_of_date)
            if is_published:
                _reissue(home, settings, instance, run_id, as_of_date)
    except BusyError:
        # Only the sensor meets another writer: that night will publish, or tell of itself.
        _note(instance, run_id, "Another run is writing; it will tell.")


def _keep_checks(
    home: Home, instance: dg.DagsterInstance, run_id: str, as_of_date: date
) -> Settings:
    """Keep a failed night's checks; return the settings, the defaults if they cannot be read."""
    settings = Settings()
    try:
        settings = load_settings(home.settings_file)
        if home.warehouse.exists():
            with connect(home, settings) as connection:
                create_ops_schema(connection)
                record_checks(connection, as_of_date, run_id, checks_of(instance, run_id))
    except (duckdb.Error, StrataError) as error:
        # The warehouse or the settings may be what broke: readers still have to be told.
        kind = type(error).__name__
        _note(instance, run_id, f"The checks of the failed night could not be kept: {kind}.")
    return settings


def _reissue(
    home: Home, settings: Settings, instance: dg.DagsterInstance, run_id: str, as_of_date: date
) -> None:
    """Issue the last good tables as stale, with their report, unless readers know."""
    failed_at = _failure_to_tell(home, instance, run_id)
    if failed_at is None:
        return
    try:
        issue = reissue_stale(home, failed_as_of=as_of_date, failed_at=failed_at)
    except FullDiskError as error:
        # Who is told by the sensor comes after this, and must be.
        _note(instance, run_id, f"Readers could not be told. {error}")
        return
    if issue is not None:
        page = home.reports / f"{issue.as_of_date}.html"
        serving = home.serving / issue.serving_file
        render_report(
            serving,
            page,
            settings.language,
            currency=settings.currency,
            matrix_days=settings.history.matrix_days,
        )
        if settings.publish.postgres is not None and not home.is_rebuild:
            try:
                publish_to_postgres(home, issue, settings.publish.postgres)
            except PostgresError as error:
                _note(instance, run_id, str(error))


def _note(instance: dg.DagsterInstance, run_id: str, message: str) -> None:
    """Write a line into the log of a run; Dagster takes one only with the run itself."""
    run = instance.get_run_by_id(run_id)
    if run is not None:
        instance.report_engine_event(message, run)


def _failure_to_tell(home: Home, instance: dg.DagsterInstance, run_id: str) -> datetime | None:
    """Return when the run failed, or None if readers know, or have a later night by now."""
    published = current_issue(home)
    record = instance.get_run_record_by_id(run_id)
    if published is None or record is None:
        return None
    if dg.AssetKey(["serving", "strata"]) in materialised_in(instance, run_id):
        return None
    failed_at = _utc(record.end_time) or datetime.now(UTC).replace(tzinfo=None)
    started_at = _utc(record.start_time) or failed_at
    already_told = published.is_stale and published.published_at >= started_at
    return None if already_told or published.published_at > failed_at else failed_at


def _utc(seconds: float | None) -> datetime | None:
    """Return a time of Dagster's as a naive UTC timestamp."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
