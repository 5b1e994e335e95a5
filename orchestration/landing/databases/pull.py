"""New rows of a database into its landing folder: read by dlt, put in place as whole files."""

import importlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.database_settings import LandingDatabase
from orchestration.home import Home
from orchestration.landing.databases.landing_file import put_landing_file
from orchestration.landing.databases.look import SourceDatabaseError, engine_of, look_at

ROWS_AT_ONCE = 50_000
"""Rows fetched and held at a time."""

OVERLAPS: dict[type, int] = {datetime: 3600, date: 1, int: 1000}
"""How far before the cursor's last value is read again, by its type: seconds, days, units.

A row whose transaction began before those that were read and ended after has an earlier cursor.
Rows that come again are duplicates to the ingest.
"""

_ENVIRONMENT = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "LOAD__WORKERS": "1",
    "LOAD__RAISE_ON_MAX_RETRIES": "1",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
    "NORMALIZE__WORKERS": "1",
}
"""dlt's own settings: it sends nothing, says nothing, keeps no copy of a row that has landed."""


@dataclass(frozen=True)
class LandedRows:
    """A file that was put into a landing folder."""

    path: Path
    rows: int


def pull(home: Home, database: LandingDatabase) -> list[LandedRows]:
    """Write the rows that are new since the last time into the landing folder; return the files.

    The cursor's place is dlt's, below `STRATA_HOME/databases/`. It moves on together with a package
    of the rows that were read; a package that has not become a landing file yet is finished first
    the next time. So whatever fails, no row is passed over; one may come twice.

    Raises
    ------
    SourceDatabaseError
        If the database cannot be read, or the file not be written.
    """
    look = look_at(database)
    dlt = _prepared_dlt(home)
    landed: list[LandedRows] = []
    with engine_of(database) as engine:
        pipeline = dlt.pipeline(
            f"{database.name}_{database.into}",
            destination=_landing_folder(dlt, home, database, landed),
            pipelines_dir=str(home.databases),
        )
        try:
            if pipeline.has_pending_data:
                pipeline.run()
            pipeline.run(_rows(dlt, engine, database, look.cursor_type), table_name=database.into)
        except dlt.common.exceptions.DltException as error:
            raise SourceDatabaseError(
                f"{database.name}: {database.table} could not be landed "
                f"({_first_cause(error)}). Its cursor stands where it did; the next run goes on "
                "from there."
            ) from None
        finally:
            _forget_done(home.databases / pipeline.pipeline_name)
    return landed


def _prepared_dlt(home: Home) -> Any:
    """Import dlt, which takes a second, with its settings and its own folder set."""
    for name, value in _ENVIRONMENT.items():
        os.environ[name] = value
    os.environ["DLT_DATA_DIR"] = str(home.databases)
    import dlt
    import dlt.common.exceptions
    import dlt.sources.sql_database

    # Even where it sends nothing, it makes an id of the machine in a folder of the system.
    track = importlib.import_module("dlt.pipeline.track")
    track.__dict__["dlthub_telemetry_track"] = _tell_nobody
    return dlt


def _tell_nobody(*_event: object) -> None:
    """Take the place of dlt's telemetry."""


def _rows(dlt: Any, engine: Any, database: LandingDatabase, cursor_type: type | None) -> Any:
    """Return dlt's resource of the rows from the cursor on, in its order."""
    incremental = None
    if database.cursor is not None:
        overlap = database.overlap
        if overlap is None:
            overlap = OVERLAPS.get(cursor_type or object, 0)
        # Declared, or the days of a date would be taken for seconds.
        typed = dlt.sources.incremental[date] if cursor_type is date else dlt.sources.incremental
        incremental = typed(
            database.cursor, row_order="asc", lag=overlap, on_cursor_value_missing="include"
        )
    return dlt.sources.sql_database.sql_table(
        credentials=engine,
        table=database.table_name,
        schema=database.schema_name,
        incremental=incremental,
        chunk_size=ROWS_AT_ONCE,
        backend="pyarrow",
        reflection_level="full_with_precision",
        included_columns=list(database.columns) if database.columns else None,
        type_adapter_callback=_instants_of_mysql,
    )


def _instants_of_mysql(kind: Any) -> Any:
    """Take a MySQL `timestamp` for the instant that it is, in UTC as the session shows it."""
    from sqlalchemy import TIMESTAMP
    from sqlalchemy.dialects import mysql

    return TIMESTAMP(timezone=True) if isinstance(kind, mysql.TIMESTAMP) else kind


def _landing_folder(
    dlt: Any, home: Home, database: LandingDatabase, landed: list[LandedRows]
) -> Any:
    """Return dlt's destination: each of its files becomes a landing file, named by its time.

    A file that is made a second time, since the process ended in between, has the same name and the
    same content.
    """

    def landing_folder(file: str, _table: Any) -> None:
        source = Path(file)
        read_at = datetime.fromtimestamp(float(source.parent.parent.name), UTC)
        number = source.name.split(".")[-3]
        name = f"{database.name}-{read_at:%Y%m%dT%H%M%S.%f}-{number}.parquet"
        path = home.landing / database.into / name
        rows = put_landing_file(source, path, database, read_at.isoformat())
        if rows:
            landed.append(LandedRows(path, rows))

    return dlt.destination(
        landing_folder,
        name="landing",
        batch_size=0,
        loader_file_format="parquet",
        naming_convention="direct",
        skip_dlt_columns_and_tables=True,
    )


def _first_cause(error: BaseException) -> str:
    """Return the kind of the error that began a chain, and its words if they are the system's."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def _forget_done(folder: Path) -> None:
    """Delete what dlt keeps of past runs: how each went, which may quote what failed."""
    (folder / "trace.pickle").unlink(missing_ok=True)
    for package in (folder / "load" / "loaded").glob("*"):
        shutil.rmtree(package)
