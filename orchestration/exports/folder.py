"""The folders of `exports/`: one per issue, whole or not there, and a link to the latest."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.errors import StrataError
from orchestration.exports.changes import Changes
from orchestration.exports.people import People
from orchestration.home import Home
from orchestration.publishing import durable

LATEST = "latest"
MANIFEST = "manifest.json"
SCHEMA_VERSION = "1"
"""Goes up when a column or a field is added; none is ever renamed or taken away."""

_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}")


@dataclass(frozen=True)
class ExportedFile:
    """One file of an export; `path` is relative to its manifest."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Export:
    """What was written of one published night, about whom, and since when.

    Attributes
    ----------
    name
        `<as_of_date>-<number>`, the folder; the number only goes up.
    run_id
        The run whose tables these are.
    changes_since
        The night that the changes are against; None if there was no export before.
    purposes
        Schemes that went out for another purpose than marketing.
    """

    name: str
    as_of_date: date
    run_id: str
    consent: str
    people: People
    profiles: int
    changes: Changes
    changes_since: date | None
    schemes: tuple[str, ...]
    purposes: dict[str, str]
    guarded_rows: int
    files: tuple[ExportedFile, ...]

    @property
    def number(self) -> int:
        return int(self.name.rsplit("-", 1)[1])

    def folder(self, home: Home) -> Path:
        return home.exports / self.name

    def to_json(self) -> str:
        return json.dumps({"schema_version": SCHEMA_VERSION, **asdict(self)}, default=str, indent=1)


def read_export(folder: Path) -> Export:
    """Return what a folder's manifest says.

    Raises
    ------
    StrataError
        If it is no manifest that Strata wrote.
    """
    path = folder / MANIFEST
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        del content["schema_version"]
        since = content.pop("changes_since")
        return Export(
            as_of_date=date.fromisoformat(content.pop("as_of_date")),
            changes_since=date.fromisoformat(since) if since else None,
            people=People(**content.pop("people")),
            changes=Changes(**content.pop("changes")),
            schemes=tuple(content.pop("schemes")),
            files=tuple(ExportedFile(**file) for file in content.pop("files")),
            **content,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StrataError(
            f"{path} is not a manifest that Strata wrote ({type(error).__name__}). Move the folder "
            "away; the next export then counts from the one before it."
        ) from error


def kept_exports(home: Home) -> list[Export]:
    """Return all exports that are there, oldest first."""
    if not home.exports.is_dir():
        return []
    folders = [path for path in home.exports.iterdir() if _FOLDER.fullmatch(path.name)]
    return sorted(map(read_export, folders), key=lambda export: export.number)


def latest_export(home: Home) -> Export | None:
    """Return the export that `latest` points at, None before the first."""
    link = home.exports / LATEST
    return read_export(link) if link.exists() else None


def base_of(exports: list[Export], night: date) -> tuple[Export | None, Export | None]:
    """Return the export that a night's changes are against, and what it has told already.

    The first is the newest of another night; the second the newest of this night since then.
    """
    others = [export for export in exports if export.as_of_date != night]
    base = others[-1] if others else None
    after = base.number if base else 0
    told = [each for each in exports if each.as_of_date == night and each.number > after]
    return base, told[-1] if told else None


@contextmanager
def new_folder(home: Home, night: date) -> Iterator[tuple[str, Path]]:
    """Give the name of a night's new export and the folder to build it in.

    What a crash left is cleared away first; what fails leaves nothing.
    """
    home.exports.mkdir(parents=True, exist_ok=True)
    for left in home.exports.glob(f"{durable.TEMPORARY_PREFIX}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()
    number = 1 + max((export.number for export in kept_exports(home)), default=0)
    name = f"{night}-{number:06d}"
    folder = durable.temporary_beside(home.exports / name)
    folder.mkdir()
    try:
        yield name, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit(home: Home, export: Export, built: Path) -> None:
    """Give a built folder its name, durably, and point `latest` at it."""
    (built / MANIFEST).write_text(export.to_json() + "\n", encoding="utf-8")
    for path in [*built.rglob("*"), built]:
        durable.sync(path)
    built.rename(export.folder(home))
    durable.sync(home.exports)
    durable.point_symlink(home.exports / LATEST, export.folder(home))


def retain(home: Home, keep_nights: int) -> None:
    """Delete what is older than the nights to keep, and all but the newest of each night.

    The export before the latest stays in any case: a tool may just be reading it.
    """
    exports = kept_exports(home)
    newest = {export.as_of_date: export for export in exports}
    by_age = sorted(newest.values(), key=lambda export: export.number)
    kept = {export.name for export in [*by_age[-keep_nights:], *exports[-2:]]}
    for export in exports:
        if export.name not in kept:
            folder = export.folder(home)
            doomed = durable.temporary_beside(folder)
            folder.rename(doomed)
            shutil.rmtree(doomed)
