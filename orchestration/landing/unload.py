"""Taking back a landed file: its rows leave `raw`, a copy of it takes its place."""

import difflib
import shutil
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.landing.files import content_sha256
from orchestration.landing.schema import has_raw_schema, mapped_files_loaded, transaction
from orchestration.landing.unreadable import said_of
from orchestration.landing_schema import LANDING

MAX_FILES_LISTED = 20


@dataclass(frozen=True)
class UnloadReport:
    """What was taken back.

    Attributes
    ----------
    label : the file, as `<folder>/<name>`.
    rows_removed : rows that left `raw`, rejected ones included; 0 if a copy took their place.
    replaced_by : the copy that now stands for the same content.
    moved_to : where the landing file went; None if it no longer lay in the landing folder.
    still_loaded : other contents that were landed under the same name and stay.
    """

    label: str
    file_seq: int
    rows_removed: int
    replaced_by: str | None
    moved_to: Path | None
    still_loaded: int

    def to_text(self) -> str:
        """Say in a few lines what was done."""
        lines = [f"Taken back: {self.label} ({self.rows_removed:,} rows left raw)."]
        if self.replaced_by:
            lines = [f"Taken back: {self.label}. {self.replaced_by}, its copy, takes its place."]
        if self.moved_to:
            lines.append(f"The file now lies in {self.moved_to}.")
        if self.still_loaded:
            lines.append(
                f"{self.still_loaded} earlier content of the same name is still loaded; the same "
                "command again takes the next one back."
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class _Loaded:
    file_seq: int
    table: str
    name: str
    sha256: str
    copy_of: int | None
    source_name: str | None

    @property
    def label(self) -> str:
        """What a person calls the file; a mapped one is several of these."""
        return self.source_name or f"{self.table}/{self.name}"


def unload(connection: duckdb.DuckDBPyConnection, home: Home, file: str) -> UnloadReport:
    """Take back the content that was landed last under a name.

    `file` is a path, `<table>/<name>` or, of a file that a mapping reads, `<folder>/<name>`: what
    it is in all its tables goes. The landing file moves to `unloaded/<folder>/`, unchanged,
    so that the next night does not read it again. What its rows touched is computed anew by the
    next night.

    Raises
    ------
    InputError
        If no such file is landed (naming those that are), or one of that name lies in `unloaded/`.
    """
    landed = _landed_files(connection)
    label = _label(home, file, {each.label for each in landed})
    same_name = [each for each in landed if each.label == label]
    if not same_name:
        raise InputError(_unknown(home, file, label, landed))
    last = same_name[-1]
    taken = [each for each in same_name if each.sha256 == last.sha256]
    source = home.landing / label
    target = home.unloaded / label
    # A landing file that was overwritten since is another content: it is not this one's to move.
    with said_of(label, source):
        is_there = source.is_file() and content_sha256(source) == last.sha256
    if is_there and target.exists():
        raise InputError(
            f"{label} was not taken back: {target} is there already. Move that file away first."
        )
    rows_removed, heirs = 0, []
    with transaction(connection):
        for each in taken:
            copies = [copy for copy in landed if copy.copy_of == each.file_seq]
            if each.copy_of is None and copies:
                _hand_over(connection, each, copies)
            elif each.copy_of is None:
                rows_removed += _remove_rows(connection, each)
            heirs += copies[:1]
            connection.execute(
                "update raw.files set status = 'unloaded', copy_of = null where file_seq = ?",
                [each.file_seq],
            )
        if is_there:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, target)
    return UnloadReport(
        label=label,
        file_seq=last.file_seq,
        rows_removed=rows_removed,
        replaced_by=heirs[0].label if heirs else None,
        moved_to=target if is_there else None,
        still_loaded=len({each.sha256 for each in same_name}) - 1,
    )


def _landed_files(connection: duckdb.DuckDBPyConnection) -> list[_Loaded]:
    if not has_raw_schema(connection):
        return []
    mapped = mapped_files_loaded(connection)
    return [
        _Loaded(seq, table, name, sha, copy_of, mapped[seq].source_name if seq in mapped else None)
        for seq, table, name, sha, copy_of in connection.execute(
            "select file_seq, source_table, file_name, content_sha256, copy_of from raw.files "
            "where status <> 'unloaded' order by file_seq"
        ).fetchall()
    ]


def _label(home: Home, file: str, labels: Set[str]) -> str:
    """Return `<folder>/<name>` of what a person typed: that form, or a path to the landing file."""
    path = Path(file)
    is_label = len(path.parts) == 2 and (path.parts[0] in LANDING or file in labels)
    if not path.is_absolute() and is_label:
        return file
    resolved = path.parent.resolve() / path.name
    landing = home.landing.resolve()
    return str(resolved.relative_to(landing)) if resolved.is_relative_to(landing) else file


def _unknown(home: Home, file: str, label: str, landed: list[_Loaded]) -> str:
    labels = sorted({each.label for each in landed})
    if not labels:
        return f"{file} cannot be taken back: no file has been landed yet."
    if (home.landing / label).is_file():
        return (
            f"{label} lies in the landing folder but was never loaded: there is nothing to take "
            "back. Remove the file, or let the next night load it."
        )
    near = difflib.get_close_matches(label, labels, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    more = f" and {len(labels) - MAX_FILES_LISTED} more" if len(labels) > MAX_FILES_LISTED else ""
    listed = ", ".join(labels[:MAX_FILES_LISTED])
    return f"{file} is no landed file.{hint} Landed are: {listed}{more}."


def _hand_over(
    connection: duckdb.DuckDBPyConnection, taken: _Loaded, copies: list[_Loaded]
) -> None:
    """Let the first copy stand for the content: as if the file taken back had never come."""
    heir = copies[0].file_seq
    for table in (taken.table, "rejected_rows", "nulled_values"):
        connection.execute(
            f"update raw.{table} set file_seq = ? where file_seq = ?", [heir, taken.file_seq]
        )
    connection.execute(
        """
        update raw.files set
            copy_of = case when file_seq <> $heir then $heir end,
            status = case when file_seq = $heir then 'loaded' else status end,
            unknown_columns = coalesce(
                unknown_columns,
                (select taken.unknown_columns from raw.files as taken where taken.file_seq = $taken)
            )
        where copy_of = $taken
        """,
        {"heir": heir, "taken": taken.file_seq},
    )


def _remove_rows(connection: duckdb.DuckDBPyConnection, taken: _Loaded) -> int:
    removed = 0
    for table in (taken.table, "rejected_rows"):
        row = connection.execute(
            f"delete from raw.{table} where file_seq = ?", [taken.file_seq]
        ).fetchone()
        removed += int(row[0]) if row else 0
    connection.execute("delete from raw.nulled_values where file_seq = ?", [taken.file_seq])
    return removed
