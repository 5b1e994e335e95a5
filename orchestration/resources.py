"""What the assets of a night share: the home, its settings, and the only right to write."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.lock import hold_the_warehouse
from orchestration.run_events import night_of
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
            try:
                yield self
            finally:
                # What is left beside the file is safe there, and nothing to fail a run for.
                with suppress(duckdb.Error, StrataError):
                    settle(self.home, self.settings)


def as_of_date(context: dg.AssetExecutionContext) -> date:
    """Return the business day that the run is the night of: its partition key."""
    return date.fromisoformat(context.partition_key)
