"""What has landed since the last night: whether it lies still, and which of it is new."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import duckdb

from orchestration.errors import LandingError
from orchestration.landing.files import LandingFile, discover, hash_of
from orchestration.landing.mapping.settings import LandingSettings
from orchestration.landing.schema import has_raw_schema
from orchestration.landing.unreadable import said_of
from orchestration.landing_schema import LANDING


@dataclass(frozen=True)
class Look:
    """One look at the landing folder.

    Attributes
    ----------
    files : the files that a night would read, in load order.
    ignored : number of entries that it would not.
    fingerprint : changes as soon as anything in a table's folder comes, goes or grows, unfinished
        and hidden files included: whoever is writing those has not finished the delivery.
    """

    files: tuple[LandingFile, ...]
    ignored: int
    fingerprint: str


@dataclass(frozen=True)
class Watch:
    """What is remembered from look to look.

    `seen` is the fingerprint of the last look, `settled` of the last one that was acted upon: what
    lies there then has been given its run, or needs none.
    """

    seen: str = ""
    settled: str = ""

    @classmethod
    def from_text(cls, text: str | None) -> "Watch":
        return cls(**json.loads(text)) if text else cls()

    def to_text(self) -> str:
        return json.dumps({"seen": self.seen, "settled": self.settled})


@dataclass(frozen=True)
class LoadedFile:
    """A landed file as raw has it; `loaded_at` in seconds since 1970."""

    table: str
    name: str
    sha256: str
    bytes: int
    loaded_at: float


def look_at(landing: Path, settings: LandingSettings | None = None) -> Look:
    """Look at names, sizes and times of everything in the folders of tables and of mappings."""
    discovery = discover(landing, settings)
    mapped = sorted({each.folder for each in settings.mapping}) if settings else []
    digest = hashlib.sha256()
    for folder in dict.fromkeys([*LANDING, *mapped]):
        for name, size, changed_ns in sorted(_entries(landing / folder)):
            digest.update(os.fsencode(f"{folder}/{name}\0{size}\0{changed_ns}\n"))
    return Look(discovery.files, len(discovery.ignored), digest.hexdigest())


def read_loaded(connection: duckdb.DuckDBPyConnection) -> list[LoadedFile]:
    """Return the files that raw holds; those that were taken back are as if they never came."""
    if not has_raw_schema(connection):
        return []
    rows = connection.execute(
        "select source_table, file_name, content_sha256, bytes, loaded_at from raw.files "
        "where status <> 'unloaded'"
    ).fetchall()
    return [
        LoadedFile(table, name, sha256, size, loaded_at.replace(tzinfo=UTC).timestamp())
        for table, name, sha256, size, loaded_at in rows
    ]


def new_files(files: Sequence[LandingFile], loaded: Sequence[LoadedFile]) -> list[LandingFile]:
    """Return the files whose content raw does not hold; a copy under another name is not new.

    Hashing gigabytes would outlast a look, so only what may be known is hashed: a file of the size
    of a loaded one that has another name, or was changed since it was loaded (the time of status
    change cannot be set back). A file that cannot be read counts as new: the night says why.
    """
    contents = {(each.table, each.sha256) for each in loaded}
    sizes = {(each.table, each.bytes) for each in loaded}
    last_load: dict[tuple[str, str, int], float] = {}
    for each in loaded:
        key = (each.table, each.name, each.bytes)
        last_load[key] = max(each.loaded_at, last_load.get(key, 0.0))

    def is_known(file: LandingFile) -> bool:
        status = file.path.stat()
        if (file.table, status.st_size) not in sizes:
            return False
        changed_at = max(status.st_mtime, status.st_ctime)
        if changed_at < last_load.get((file.table, file.name, status.st_size), 0.0):
            return True
        return (file.table, hash_of(file)) in contents

    def is_new(file: LandingFile) -> bool:
        try:
            with said_of(file.label_of_all, file.path):
                return not is_known(file)
        except LandingError:
            return True

    return [file for file in files if is_new(file)]


def _entries(folder: Path) -> list[tuple[str, int, int]]:
    """Return name, size and time of last change of all that lies in a folder, folders apart."""
    if not folder.is_dir():
        return []
    found = []
    for entry in folder.iterdir():
        try:
            status = entry.stat()
        except OSError:
            # Renamed between the listing and now: the next look sees it under its new name. What
            # is there and cannot be read is for the night to say.
            continue
        if not entry.is_dir():
            found.append((entry.name, status.st_size, status.st_mtime_ns))
    return found
