"""What the assets of a night share: the home, its settings, and the only right to write."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb

from orchestration import failures
from orchestration.alerting.occasions import SERVING
from orchestration.begun_night import begin_night, end_night
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.lock import hold_the_warehouse
from orchestration.ops_tables import record_checks
from orchestration.private_errors import told
from orchestration.run_events import (
    came_through_its_steps,
    checks_of,
    is_whole_night,
    materialised_in,
    night_of,
)
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect, settle

# A run from the schedule or the UI waits for a writer on the command line; half a night at most.
LOCK_WAIT_SECONDS = 6 * 3600.0


class NightHome(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The installation a run works on; holds the writer's lock for as long as the run lasts."""

    root: str

    @property
    def home(self) -> Home:
        return Home(Path(self.root))

    @property
    def settings(self) -> Settings:
        """Read the settings anew: an edit counts from the next run without a restart."""
        return load_settings(self.home.settings_file)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse for one `with` block; it is settled when the run ends."""
        with connect(self.home, self.settings, settles=False) as connection:
            yield connection

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NightHome"]:
        night = night_of(context.run.tags) if context.run else None
        job = context.run.job_name if context.run else "?"
        run = context.run.run_id[:8] if context.run else "?"
        holder = f"{f'the night of {night}' if night else f'the job {job}'} (run {run})"
        with hold_the_warehouse(self.home, holder, wait_seconds=LOCK_WAIT_SECONDS):
            if context.run and night is not None and is_whole_night(context.run):
                begin_night(self.home, date.fromisoformat(night), context.run.run_id)
            try:
                yield self
            finally:
                if context.run and context.instance and night is not None:
                    self._keep_checks(context.instance, context.run, date.fromisoformat(night))
                # What is left beside the file is safe there, and nothing to fail a run for.
                with suppress(duckdb.Error, StrataError):
                    settle(self.home, self.settings)
                if context.run and context.instance:
                    self._write_down_the_end(context.instance, context.run.run_id)

    def _keep_checks(
        self, instance: dg.DagsterInstance, run: dg.DagsterRun, as_of_date: date
    ) -> None:
        """Keep the checks of a night that came through and publishes nothing, as in a backfill.

        They go out with the next issue; a night that publishes, or fails, keeps them itself.
        """
        is_over = is_whole_night(run) and came_through_its_steps(instance, run.run_id)
        if is_over and SERVING not in materialised_in(instance, run.run_id):
            with self.connect() as connection:
                record_checks(connection, as_of_date, run.run_id, checks_of(instance, run.run_id))

    def _write_down_the_end(self, instance: dg.DagsterInstance, run_id: str) -> None:
        """Keep how the night ended; one that was interrupted stays without an end."""
        came_through = came_through_its_steps(instance, run_id)
        if came_through is None:
            return
        cause = failures.causes.get(run_id)
        # A full disk may be why it failed; it then seems broken off.
        with suppress(OSError):
            end_night(
                self.home,
                run_id,
                came_through=came_through,
                why=told(cause).words if cause is not None else None,
            )


def as_of_date(context: dg.AssetExecutionContext) -> date:
    """Return the business day that the run is the night of: its partition key."""
    return date.fromisoformat(context.partition_key)
