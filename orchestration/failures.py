"""What happens when a step fails: checks are kept, the last good tables go out as stale."""

from datetime import UTC, date, datetime

import dagster as dg
import duckdb

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.ops_tables import create_ops_schema, record_checks
from orchestration.publishing.issue import reissue_stale
from orchestration.run_events import checks_of, materialised_in
from orchestration.settings import load_settings
from orchestration.warehouse import connect

# The error that stopped a run of this process, by run id: the exit code depends on it.
causes: dict[str, BaseException] = {}


def build_failure_hook(home: Home) -> dg.HookDefinition:
    """Return the hook that runs in the run's own process as soon as a step has failed."""

    @dg.failure_hook(name="keep_last_good_tables")
    def keep_last_good_tables(context: dg.HookContext) -> None:
        run = context.instance.get_run_by_id(context.run_id)
        night = run.tags.get("dagster/partition") if run else None
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
    published = dg.AssetKey(["serving", "strata"]) in materialised_in(instance, run_id)
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
    if not published:
        reissue_stale(
            home, failed_as_of=as_of_date, failed_at=datetime.now(UTC).replace(tzinfo=None)
        )


def _innermost(error: BaseException) -> BaseException:
    """Return the error that started a chain of wrapped ones."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error
