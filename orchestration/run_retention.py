"""The logs of old runs: deleted, while what makes a night's partition green stays."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import sqlalchemy as db
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable

from orchestration.event_log import SqliteEventLog

RUN_LOG_DAYS = 90
"""A night's log takes 4 MB: a year of them would be more than most warehouses."""

_FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]
# What the index of assets, partitions and checks is made of.
_STAYING = [
    dg.DagsterEventType.ASSET_MATERIALIZATION.value,
    dg.DagsterEventType.ASSET_OBSERVATION.value,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value,
]


def drop_old_run_logs(instance: dg.DagsterInstance) -> int:
    """Delete the logs of runs that ended long ago; return of how many runs."""
    long_ago = datetime.now(UTC) - timedelta(days=RUN_LOG_DAYS)
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_FINISHED, updated_before=long_ago))
    storage = instance.event_log_storage
    dropped = 0
    for run in runs:
        if isinstance(storage, SqliteEventLog):
            dropped += storage.drop_run_log(run.run_id)
        elif isinstance(storage, SqlEventLogStorage):
            dropped += _drop_rows(storage, run.run_id)
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
    return dropped


def _drop_rows(storage: SqlEventLogStorage, run_id: str) -> bool:
    """Delete a run's events from a table that holds those of all runs."""
    event_type = SqlEventLogStorageTable.c.dagster_event_type
    rows = db.delete(SqlEventLogStorageTable).where(
        SqlEventLogStorageTable.c.run_id == run_id,
        db.or_(event_type.is_(None), event_type.not_in(_STAYING)),
    )
    with storage.index_transaction() as connection:
        return connection.execute(rows).rowcount > 0
