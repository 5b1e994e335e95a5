"""Runs that a power cut or a kill left behind, which Dagster would take for running for ever."""

import dagster as dg

from orchestration.errors import BusyError
from orchestration.home import Home
from orchestration.lock import hold_the_warehouse

_UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def fail_cut_off_runs(home: Home, instance: dg.DagsterInstance) -> list[str]:
    """Mark as failed what cannot be running any more; return the ids of those runs.

    Called before the daemon starts: its runs are processes of its own, and whatever else works on
    the warehouse holds the lock, which the system frees when a process dies. A run that stayed
    `STARTED` would keep the queue, in which one runs at a time, closed to every later night.
    """
    unfinished = instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED))
    if not unfinished:
        return []
    try:
        with hold_the_warehouse(home, "a look at runs that were cut off", wait_seconds=0):
            for run in unfinished:
                message = "Its process is gone: the machine or the service stopped while it ran."
                instance.report_run_failed(run, message)
    except BusyError:
        return []
    return [run.run_id for run in unfinished]
