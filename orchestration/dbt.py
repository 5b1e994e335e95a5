"""dbt inside this process: one parse, then one invocation a stage, the manifest handed over."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

from orchestration.database import interruption_behind
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.settings import Settings

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt_project"

# The profile reads these; a night sets them to its own home, a bare parse to anything.
WAREHOUSE_VARIABLE = "STRATA_WAREHOUSE"
MEMORY_VARIABLE = "STRATA_MEMORY_LIMIT"
THREADS_VARIABLE = "STRATA_DBT_THREADS"
SPILL_VARIABLE = "STRATA_SPILL"


class DbtError(StrataError):
    """dbt did not come as far as running the stage; holds dbt's own words."""


class UntoldEvents(EventManager):
    """dbt's events without their messages, of which thousands a night would be made for no logger.

    Warnings and errors stay: whether a warning is an error is decided here (`warn_error_options`).
    """

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        is_told = (level or e.level_tag()) in (EventLevel.WARN, EventLevel.ERROR)
        if is_told or force_warn_or_error_handling:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def point_dbt_at(home: Home, settings: Settings) -> None:
    """Set the environment that the dbt profile reads."""
    os.environ[WAREHOUSE_VARIABLE] = str(home.warehouse)
    os.environ[MEMORY_VARIABLE] = settings.memory_limit
    os.environ[THREADS_VARIABLE] = str(settings.threads)
    os.environ[SPILL_VARIABLE] = str(home.temporary)


def invoke(home: Home, arguments: Sequence[str], manifest: Manifest | None) -> dbtRunnerResult:
    """Run one dbt command in this process; only one may run at a time (dbt keeps global state).

    dbt writes what it compiles into the manifest that it is given, and may take it for compiled the
    next time (it does so with ephemeral models); so every command gets a copy, which costs 0.1 s.
    """
    ctx_set_event_manager(UntoldEvents())
    own_manifest = None if manifest is None else manifest.deepcopy()  # type: ignore[no-untyped-call]
    try:
        with _interrupted_as_from_a_keyboard():
            result = dbtRunner(manifest=own_manifest).invoke(
                [
                    *arguments,
                    *("--project-dir", str(PROJECT_DIR)),
                    *("--profiles-dir", str(PROJECT_DIR)),
                    *("--target-path", str(home.dbt / "target")),
                    *("--log-path", str(home.dbt / "logs")),
                    *("--log-level", "none", "--log-level-file", "none"),
                    "--no-use-colors",
                    "--no-version-check",
                    # What dbt would say of itself on the disk nobody reads.
                    "--no-write-json",
                ]
            )
    finally:
        _close_warehouse()
    # dbt keeps what interrupts the process: it is no failure of its own.
    interruption = interruption_behind(result.exception)
    if interruption is not None:
        raise interruption
    if result.exception is not None:
        raise DbtError(f"dbt {arguments[0]} stopped: {result.exception}")
    return result


@contextmanager
def _interrupted_as_from_a_keyboard() -> Iterator[None]:
    """Make SIGINT and SIGTERM a `KeyboardInterrupt`, for which dbt ends what its threads do.

    Of any other, such as Dagster's own, it knows nothing: its threads would go on writing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _close_warehouse() -> None:
    """Close dbt's connection: open, it would lock the file for the Python steps that follow."""
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


# The project is the same for every home, so one parse serves all homes of a process.
_parsed: list[Manifest] = []


def parsed_manifest(home: Home) -> Manifest:
    """Parse the dbt project once per process; dbt's partial parse makes later processes quick."""
    if not _parsed:
        os.environ.setdefault(WAREHOUSE_VARIABLE, str(home.warehouse))
        result = invoke(home, ["parse"], None)
        assert isinstance(result.result, Manifest)
        _parsed.append(result.result)
    return _parsed[0]


@cache
def manifest_dict(home: Home) -> Mapping[str, Any]:
    """Return the manifest in the JSON form that dagster-dbt reads."""
    return parsed_manifest(home).writable_manifest().to_dict(omit_none=False)
