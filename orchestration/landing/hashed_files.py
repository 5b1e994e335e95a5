"""What the warehouse remembers of files' hashes, so that a night does not read old files again."""

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.landing.files import Identity, add_hashes, known_hashes
from orchestration.landing.schema import transaction

# Where a file system makes up inodes or times, another content could hide behind the same ones: a
# file is read again after this many days, a part of all files every day.
DAYS_OF_TRUST = 7
HASHED_FILES_DDL = """
    create table if not exists ops.hashed_files (
        path varchar not null, identity varchar not null, sha256 varchar not null
    )
"""


def recall_hashes(connection: duckdb.DuckDBPyConnection) -> None:
    """Take up what earlier nights kept; a file that is not the same any more is hashed anew."""
    if _is_there(connection):
        today = datetime.now(UTC).date()
        add_hashes(
            {
                path: hashed
                for path, hashed in _kept(connection).items()
                if not is_read_again(path, today)
            }
        )


def keep_hashes(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path]) -> None:
    """Keep the hashes of files that lie still, and of no others; nothing is written if all are."""
    if not _is_there(connection):
        return
    hashes = known_hashes()
    wanted = {path: hashes[path] for path in paths if path in hashes}
    if wanted == _kept(connection):
        return
    with transaction(connection):
        connection.execute("delete from ops.hashed_files")
        connection.execute(
            "insert into ops.hashed_files select unnest(?), unnest(?), unnest(?)",
            [
                [str(path) for path in wanted],
                [" ".join(map(str, identity)) for identity, _ in wanted.values()],
                [sha256 for _, sha256 in wanted.values()],
            ],
        )


def is_read_again(path: Path, day: date) -> bool:
    """Say whether it is a file's turn to be read on a day, whatever is remembered of it."""
    return (zlib.crc32(bytes(path)) + day.toordinal()) % DAYS_OF_TRUST == 0


def _kept(connection: duckdb.DuckDBPyConnection) -> dict[Path, tuple[Identity, str]]:
    rows = connection.execute("select path, identity, sha256 from ops.hashed_files").fetchall()
    return {
        Path(path): (tuple(map(int, identity.split())), sha256) for path, identity, sha256 in rows
    }


def _is_there(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether there is such a table: a warehouse of before has none until a night begins."""
    found = connection.execute(
        "select count(*) from duckdb_tables() "
        "where schema_name = 'ops' and table_name = 'hashed_files'"
    ).fetchone()
    return found is not None and found[0] > 0
