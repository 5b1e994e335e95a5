"""What raw holds of earlier nights, for a look at the landing folder that changes nothing."""

from dataclasses import dataclass, field

import duckdb

from orchestration.home import Home
from orchestration.landing.cells import quoted
from orchestration.landing.files import LandingFile
from orchestration.landing.schema import MappedFile, has_raw_schema, mapped_files_loaded

# What the rules over all files look at; no other row is kept.
RULED = "order_id, line_id, currency"


@dataclass(frozen=True)
class Loaded:
    """What raw holds: table, hash, name and part of each file, and how mapped ones were read."""

    files: frozenset[tuple[str, str, str, str]] = frozenset()
    mapped: dict[tuple[str, str, str], MappedFile] = field(default_factory=dict)

    @property
    def labels(self) -> set[tuple[str, str]]:
        return {(table, name) for table, _, name, _ in self.files}

    @property
    def tables(self) -> set[str]:
        return {table for table, *_ in self.files}


def attach_warehouse(
    connection: duckdb.DuckDBPyConnection, home: Home
) -> tuple[Loaded | None, str | None]:
    """Return the loaded files, or None and a warning if they cannot be seen."""
    if not home.warehouse.exists():
        return Loaded(), None
    try:
        connection.execute(f"attach {quoted(str(home.warehouse))} as warehouse (read_only)")
    except duckdb.Error:
        return None, (
            "the warehouse is in use by a run: which files are loaded already cannot be told, and "
            "only what lies in the landing folder was looked at."
        )
    if not has_raw_schema(connection, catalog="warehouse"):
        return Loaded(), None
    rows = connection.execute(
        "select file_seq, source_table, content_sha256, file_name from warehouse.raw.files "
        "where status <> 'unloaded'"
    ).fetchall()
    mapped = mapped_files_loaded(connection, catalog="warehouse")
    parts = {seq: each.part for seq, each in mapped.items()}
    return Loaded(
        frozenset((table, sha, name, parts.get(seq, "")) for seq, table, sha, name in rows),
        {(table, sha, name): mapped[seq] for seq, table, sha, name in rows if seq in mapped},
    ), None


def keep_loaded_lines(
    connection: duckdb.DuckDBPyConnection,
    known: Loaded | None,
    files: list[tuple[LandingFile, str]],
    *,
    shift: int,
) -> None:
    """Add the lines of files that were loaded and no longer lie in the landing folder.

    They are numbered from `shift` on, after the files that lie there.
    """
    if known is None or not known.files:
        return
    here = [sha for file, sha in files if file.table == "transactions"]
    gone = (
        "select file_seq from warehouse.raw.files where source_table = 'transactions' "
        "and status = 'loaded' and not list_contains($here, content_sha256)"
    )
    connection.execute(
        f"insert into raw.files select * replace (file_seq + {shift} as file_seq) "
        f"from warehouse.raw.files where file_seq in ({gone})",
        {"here": here},
    )
    connection.execute(
        f"insert into raw.transactions (file_seq, row_number, {RULED}) "
        f"select file_seq + {shift}, row_number, {RULED} from warehouse.raw.transactions "
        f"where file_seq in ({gone})",
        {"here": here},
    )
