"""The published tables as Parquet files that never change once they are named."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import durable
from orchestration.publishing.manifest import PublishedFile, parquet_folder
from orchestration.publishing.sql import count_rows, literal, name
from orchestration.publishing.verification import opened
from orchestration.publishing.withheld import UNSHOWN, withheld_by_night

NIGHTLY_TABLE = "fct_customer_segments"
"""The one table that goes out for every kept night; the serving file holds its latest night."""

NIGHTLY_SOURCE = "segments.customer_segments"

DICTIONARY_VALUES = 5_000
"""More different values of a column than that in a row group are written without a dictionary."""


def write_tables(
    home: Home, serving_file: Path, issue_name: str, *, only: str | None = None
) -> list[PublishedFile]:
    """Write the tables of a serving file, one file each, to the issue's own folder.

    The nightly table is left to `write_nights`. `only` writes one table (a re-issue changes
    `run_info` and nothing else).
    """
    folder = parquet_folder(home) / issue_name
    folder.mkdir()
    files = []
    with opened(serving_file) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"
        ).fetchall()
        for (table,) in tables:
            if table != NIGHTLY_TABLE and only in (None, table):
                source = f"select * from marts.{name(table)}"
                path = f"{issue_name}/{table}.parquet"
                files.append(_write(connection, source, table, root=folder.parent, path=path))
    durable.sync(folder)
    durable.sync(folder.parent)
    return files


def write_nights(
    home: Home,
    warehouse: duckdb.DuckDBPyConnection,
    serving_file: Path,
    earlier: list[PublishedFile],
    *,
    unchanged: date | None = None,
) -> list[PublishedFile]:
    """Write the nightly table for every kept night; one that no run computed anew keeps its file.

    A file is named by the run that computed its night and by whose rows are withheld of it. So a
    night gets a new file beside the one that readers may have open if it was recomputed, or if
    somebody who is in it refuses by now; any other costs no more than its name.

    Parameters
    ----------
    earlier
        Files of kept issues, newest last.
    unchanged
        A night that keeps its newest earlier file whatever the warehouse holds: on a back-dated
        run the published night, which the serving file holds as it was. It keeps its file also
        if the warehouse holds its rows no longer. Only if the serving file holds others, since
        somebody refuses by now or was told anew, it gets a new one.
    """
    columns = _columns(warehouse, serving_file)
    known = {file.path: file for file in earlier if file.table == NIGHTLY_TABLE}
    newest = {Path(path).parent.name: file for path, file in known.items()}
    root = parquet_folder(home)
    files = []
    nights = _fingerprints(warehouse, columns)
    if unchanged is not None and f"as_of_date={unchanged.isoformat()}" in newest:
        nights.setdefault(unchanged, "")
    for night, fingerprint in sorted(nights.items()):
        folder = f"as_of_date={night.isoformat()}"
        path = f"{NIGHTLY_TABLE}/{folder}/{fingerprint}.parquet"
        if night == unchanged and folder in newest:
            path = _path_of_published(root, serving_file, newest[folder])
        if path not in known:
            _make_folders((root / path).parent, root)
            known[path] = _write_night(warehouse, serving_file, columns, night, root, path)
        files.append(known[path])
    return files


def _path_of_published(root: Path, serving_file: Path, newest: PublishedFile) -> str:
    """Return the newest file of the published night, or a new name if its rows are others by now.

    Fewer, since somebody refuses, or told by another run, which put border customers elsewhere.
    """
    told = "select count(*), list(distinct run_id order by run_id) from "
    with opened(serving_file) as published:
        now = published.execute(f"{told} marts.{NIGHTLY_TABLE}").fetchone()
    then = duckdb.execute(f"{told} read_parquet({literal(str(root / newest.path))})").fetchone()
    if now == then:
        return newest.path
    return str(Path(newest.path).with_name(f"{_short_hash(f'{newest.path}|{now}')}.parquet"))


def _write_night(
    warehouse: duckdb.DuckDBPyConnection,
    serving_file: Path,
    columns: str,
    night: date,
    root: Path,
    path: str,
) -> PublishedFile:
    """Write one night without who is unshown; what the serving file holds is taken from there."""
    shown = f"{NIGHTLY_SOURCE} anti join {UNSHOWN} using (customer_id)"
    of_night = f"where as_of_date = date '{night.isoformat()}'"
    with opened(serving_file) as published:
        served = count_rows(published, f"marts.{NIGHTLY_TABLE} {of_night}")
        if served:
            held = count_rows(warehouse, f"{NIGHTLY_SOURCE} {of_night}")
            if served != held:
                held = count_rows(warehouse, f"{shown} {of_night}")
            if served != held:
                raise StrataError(
                    f"{NIGHTLY_SOURCE} holds {held} rows of {night}, marts.{NIGHTLY_TABLE} "
                    f"{served}: not one night. Nothing was published."
                )
            source = f"select * from marts.{NIGHTLY_TABLE}"
            return _write(published, source, NIGHTLY_TABLE, root=root, path=path)
    source = f"select {columns} from {shown} {of_night}"
    return _write(warehouse, source, NIGHTLY_TABLE, root=root, path=path)


def rows_of_night(files: list[PublishedFile], night: date) -> int:
    """Return how many rows of the nightly table one night's file holds."""
    folder = f"as_of_date={night.isoformat()}"
    return sum(file.rows for file in files if Path(file.path).parent.name == folder)


def _write(
    connection: duckdb.DuckDBPyConnection, source: str, table: str, *, root: Path, path: str
) -> PublishedFile:
    """Write the rows of a query to `root`/`path`; Snappy, which every Parquet reader knows."""
    target = root / path
    temporary = durable.temporary_beside(target)
    connection.execute(
        f"copy ({source}) to {literal(str(temporary))} "
        f"(format parquet, dictionary_size_limit {DICTIONARY_VALUES})"
    )
    rows = connection.execute(
        f"select num_rows from parquet_file_metadata({literal(str(temporary))})"
    ).fetchone()
    if rows is None:
        raise StrataError(f"{temporary} was written and cannot be read back.")
    durable.put_in_place(temporary, target)
    return PublishedFile(
        table=table,
        path=path,
        rows=rows[0],
        sha256=durable.sha256_of(target),
    )


def _columns(warehouse: duckdb.DuckDBPyConnection, serving_file: Path) -> str:
    """Return the select list that gives all nights the columns and types of the published table."""
    with opened(serving_file) as connection:
        published = connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = 'marts' and table_name = ? order by column_index",
            [NIGHTLY_TABLE],
        ).fetchall()
    held = warehouse.execute(
        "select column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name || '.' || table_name = ?",
        [NIGHTLY_SOURCE],
    ).fetchall()
    missing = {column for column, _ in published} - {column for (column,) in held}
    if missing:
        raise StrataError(
            f"{NIGHTLY_SOURCE} lacks {', '.join(sorted(missing))}, which marts.{NIGHTLY_TABLE} "
            "publishes; every kept night needs the same columns."
        )
    return ", ".join(
        f"cast({name(column)} as {kind}) as {name(column)}" for column, kind in published
    )


def _fingerprints(warehouse: duckdb.DuckDBPyConnection, columns: str) -> dict[date, str]:
    """Return each kept night with a name for its rows: which run computed them, which are shown.

    One statement of one run writes all rows of a night, so two states of a night differ in
    `run_id`, which is among the published columns, or in the run that told its border customers
    anew. Hashing the rows themselves would say no more, and cost every publish as much as all kept
    nights together are long. What is shown of a state differs by whose rows are withheld.
    """
    nights = warehouse.execute(
        "select as_of_date, min(run_id), max(run_id), count(*) "
        f"from {NIGHTLY_SOURCE} group by as_of_date"
    ).fetchall()
    told_anew = dict(
        warehouse.execute(
            "select as_of_date, max(run_id) from ml.rechained_nights group by 1"
        ).fetchall()
    )
    withheld = withheld_by_night(warehouse, NIGHTLY_SOURCE)
    return {
        night: _short_hash(
            f"{columns}|{night}|{about}{told_anew.get(night, '')}{withheld.get(night, '')}"
        )
        for night, *about in nights
    }


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _make_folders(folder: Path, root: Path) -> None:
    """Make a folder below `root`, each new name on the disk before a file is put into it."""
    missing = [path for path in (folder, *folder.parents) if path.is_relative_to(root)]
    for path in reversed(missing):
        if not path.exists():
            path.mkdir()
            durable.sync(path.parent)
