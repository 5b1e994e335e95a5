"""The list of what one issue published: the files, their rows and hashes."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import durable

SERVING_NAME = "strata.duckdb"
MANIFEST_NAME = "manifest.json"
PENDING_NAME = ".pending-manifest.json"
"""The manifest about to be published; it counts once the symlink points at its serving file."""


def link_path(home: Home) -> Path:
    """Return the symlink that readers of DuckDB open."""
    return home.serving / SERVING_NAME


def parquet_folder(home: Home) -> Path:
    """Return the folder that the manifest and all its paths stand in."""
    return home.serving / "parquet"


def manifest_path(home: Home) -> Path:
    """Return the manifest that readers of Parquet open."""
    return parquet_folder(home) / MANIFEST_NAME


@dataclass(frozen=True)
class PublishedFile:
    """One Parquet file of an issue; `path` is relative to the manifest's folder."""

    table: str
    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Issue:
    """One published state of the tables: a serving file, its Parquet files, and whose night it is.

    Attributes
    ----------
    name
        `<as_of_date>-<number>`; the number only goes up.
    serving_file
        Name of the DuckDB file in `serving/`.
    is_stale
        Whether it is a good night's tables, issued again because a later night failed.
    """

    name: str
    run_id: str
    as_of_date: date
    schema_version: str
    published_at: datetime
    is_stale: bool
    serving_file: str
    files: tuple[PublishedFile, ...]

    @property
    def number(self) -> int:
        return int(self.name.rsplit("-", 1)[1])

    @property
    def tables(self) -> dict[str, int]:
        """Rows by table, the kept nights of one table taken together."""
        rows: dict[str, int] = {}
        for file in self.files:
            rows[file.table] = rows.get(file.table, 0) + file.rows
        return rows

    def kept_manifest(self, home: Home) -> Path:
        """Return where this issue's manifest stays while later ones are published."""
        return parquet_folder(home) / f"manifest-{self.name}.json"

    def to_json(self) -> str:
        content = asdict(self)
        content["as_of_date"] = self.as_of_date.isoformat()
        content["published_at"] = self.published_at.isoformat(timespec="seconds") + "Z"
        content["issue"] = content.pop("name")
        first = ("run_id", "as_of_date", "schema_version", "issue")
        rest = [key for key in content if key not in first and key != "files"]
        return json.dumps({key: content[key] for key in (*first, *rest, "files")}, indent=1) + "\n"


def read_issue(path: Path) -> Issue | None:
    """Return the issue of one manifest file, or None if the file does not exist.

    Raises
    ------
    StrataError
        If the file is there and is no manifest: nothing of ours leaves it so.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Issue(
            name=content["issue"],
            run_id=content["run_id"],
            as_of_date=date.fromisoformat(content["as_of_date"]),
            schema_version=content["schema_version"],
            published_at=datetime.fromisoformat(content["published_at"].removesuffix("Z")),
            is_stale=content["is_stale"],
            serving_file=content["serving_file"],
            files=tuple(PublishedFile(**file) for file in content["files"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise StrataError(
            f"{path} is not a manifest that Strata wrote ({error!r}). "
            "Put a kept one in its place: strata publish --restore RUN_ID."
        ) from error


def read_kept_issues(home: Home) -> list[Issue]:
    """Return every issue whose manifest is kept, oldest first."""
    found = [read_issue(path) for path in parquet_folder(home).glob("manifest-*.json")]
    return sorted((issue for issue in found if issue), key=lambda issue: issue.number)


def next_number(home: Home) -> int:
    """Return a number above that of every file of an issue, finished or not."""
    names = [path.stem for path in home.serving.glob("strata-*.duckdb")]
    names += [issue.name for issue in read_kept_issues(home)]
    return 1 + max((int(name.rsplit("-", 1)[1]) for name in names), default=0)


def commit(home: Home, issue: Issue) -> None:
    """Make an issue the published one: the DuckDB file by its symlink, then the manifest.

    Two names cannot be swapped in one step. The pending manifest written first says what was meant,
    so that `finish_commit` can bring a commit that was cut short between the two to its end. After
    the symlink nothing is written any more, only renamed: a full disk is met before readers see
    anything.
    """
    durable.write_text(parquet_folder(home) / PENDING_NAME, issue.to_json())
    if not issue.kept_manifest(home).exists():
        durable.write_temporary(issue.kept_manifest(home), issue.to_json())
    durable.point_symlink(link_path(home), home.serving / issue.serving_file)
    finish_commit(home)


def finish_commit(home: Home) -> None:
    """Swap the manifest to the issue that the symlink points at; drop a pending one it does not."""
    pending_path = parquet_folder(home) / PENDING_NAME
    pending = read_issue(pending_path)
    if pending is None:
        return
    link = link_path(home)
    if not link.is_symlink() or link.readlink().name != pending.serving_file:
        pending_path.unlink()
        return
    kept = pending.kept_manifest(home)
    if not kept.exists():  # it does when a kept night is put back, or after a cut right here
        durable.put_in_place(durable.temporary_beside(kept), kept)
    durable.put_in_place(pending_path, manifest_path(home))
