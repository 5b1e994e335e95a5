"""Dagster's SQLite event log with its database connections kept open."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_SECONDS = 30
# The index and the runs at hand; a long-lived web server must not keep every run's file open.
MAX_OPEN_FILES = 4


class SqliteEventLog(SqliteEventLogStorage):
    """The event log of Dagster: the same files, a third of the time for each event.

    Dagster makes a new engine for every event, which opens the file and compiles the statement
    anew: a night writes some 500 events, and spent a quarter of its time on that. Here the engines
    are kept, and an event does not wait for the disk; everything else is Dagster's own. The files
    lie where Dagster puts them by default.
    """

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "SqliteEventLog":
        base_dir = Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"
        return cls(str(base_dir), inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        """Return the engine of one file, the one used longest ago making room for a new one."""
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _leave_syncing_to_checkpoints)
        self._engines[shard] = engine
        if len(self._engines) > MAX_OPEN_FILES:
            oldest = next(iter(self._engines))
            self._engines.pop(oldest).dispose()
        return engine

    def drop_run_log(self, run_id: str) -> bool:
        """Delete the file of one run; what it made stands in the index all the same."""
        with self._db_lock:
            engine = self._engines.pop(run_id, None)
            if engine is not None:
                engine.dispose()
            self._initialized_dbs.discard(run_id)
            path = Path(self.path_for_shard(run_id))
            was_there = path.exists()
            for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                each.unlink(missing_ok=True)
            return was_there

    def wipe(self) -> None:
        self._close_files()
        super().wipe()

    def dispose(self) -> None:
        self._close_files()
        super().dispose()

    def _close_files(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


def _leave_syncing_to_checkpoints(connection: Any, _record: Any) -> None:
    """Let a commit return before it is on the disk.

    In the write-ahead mode that Dagster sets, SQLite then syncs at checkpoints only: a machine that
    loses its power may lose the last events, and never has half of one or a broken file.
    """
    connection.execute("pragma synchronous = normal")
