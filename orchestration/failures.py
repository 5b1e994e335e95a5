"""What happens when a step fails: checks are kept, the last good tables go out as stale."""

from datetime import UTC, date, datetime

import dagster as dg
import duckdb

from orchestration.errors import BusyError, StrataError
from orchestration.home import Home
from orchestration.lock import hold_the_warehouse
from orchestration.ops_tables import create_ops_schema, record_checks
from orchestration.publishing.issue import current_issue, reissue_stale
from orchestration.publishing.postgres import PostgresError, publish_to_postgres
from orchestration.reporting.page import render_report
from orchestration.run_events import checks_of, materialised_in, night_of
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect

# The error that stopped a run of this process, by run id: the exit code depends on it.
causes: dict[str, BaseException] = {}


def build_failure_hook(home: Home) -> dg.HookDefinition:
    """Return the hook that runs in the run's own process as soon as a step has failed."""

    @dg.failure_hook(name="keep_last_good_tables")
    def keep_last_good_tables(context: dg.HookContext) -> None:
        run = context.instance.get_run_by_id(context.run_id)
        night = night_of(run.tags) if run else None
        if night is None:
            return
        error = context.op_exception
        if error is not None:
            causes.setdefault(context.run_id, _innermost(error))
        settle_failed_night(home, context.instance, context.run_id, date.fromisoformat(night))

    return keep_last_good_tables


def settle_failed_night(
    home: Home, instance: dg.DagsterInstance, run_id: str, as_of_date: date
) -> None:
    """Keep the failed night's checks and re-issue the last good tables as stale; safe to repeat.

    A run that had published before it failed (its report did not come out) leaves the tables as
    they are: they are tonight's.
    """
    try:
        with hold_the_warehouse(home, f"settling the failed night of {as_of_date}", wait_seconds=0):
            _settle(home, instance, run_id, as_of_date)
    except BusyError:
        # Only the sensor meets another writer: that night will publish, or tell of itself.
        instance.report_engine_event("Another run is writing; it will tell.", run_id=run_id)


def _settle(home: Home, instance: dg.DagsterInstance, run_id: str, as_of_date: date) -> None:
    """Do what `settle_failed_night` says, with the lock held."""
    settings = Settings()
    try:
        settings = load_settings(home.settings_file)
        if home.warehouse.exists():
            with connect(home, settings) as connection:
                create_ops_schema(connection)
                record_checks(connection, as_of_date, run_id, checks_of(instance, run_id))
    except (duckdb.Error, StrataError) as error:
        # The warehouse or the settings may be what broke: readers still have to be told.
        instance.report_engine_event(
            f"The checks of the failed night could not be kept: {type(error).__name__}.",
            run_id=run_id,
        )
    failed_at = _failure_to_tell(home, instance, run_id)
    if failed_at is None:
        return
    issue = reissue_stale(home, failed_as_of=as_of_date, failed_at=failed_at)
    if issue is not None:
        page = home.reports / f"{issue.as_of_date}.html"
        serving = home.serving / issue.serving_file
        render_report(serving, page, settings.language, currency=settings.currency)
        if settings.publish.postgres is not None and not home.is_rebuild:
            try:
                publish_to_postgres(home, issue, settings.publish.postgres)
            except PostgresError as error:
                instance.report_engine_event(str(error), run_id=run_id)


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


def _innermost(error: BaseException) -> BaseException:
    """Return the error that started a chain of wrapped ones."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error
