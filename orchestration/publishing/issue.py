"""What is published now, and the four ways to change it: publish, re-issue as stale, restore."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import duckdb

from models.side_by_side import both
from orchestration.errors import InputError, StrataError
from orchestration.home import Home
from orchestration.publishing import durable, parquet, retention, serving_file, verification
from orchestration.publishing.manifest import (
    Issue,
    PublishedFile,
    commit,
    manifest_path,
    next_number,
    read_issue,
    read_kept_issues,
)
from orchestration.publishing.room import cleared_on_failure
from orchestration.publishing.tables import SCHEMA_VERSION

# As many as the terminal shows of a run's id; fewer may mean another run tomorrow.
MIN_ID_CHARACTERS = 8


class NightMovesBackError(StrataError):
    """A night older than the published one, whose latest-night tables must stay."""


@dataclass(frozen=True)
class NightInfo:
    """The night that the warehouse's `marts` hold; `run_info` must say the same."""

    as_of_date: date
    run_id: str


def current_issue(home: Home) -> Issue | None:
    """Return what is published, or None before the first publish; changes nothing."""
    return read_issue(manifest_path(home))


def kept_issues(home: Home) -> list[Issue]:
    """Return what can be put back, oldest first: the kept good nights."""
    return [issue for issue in read_kept_issues(home) if not issue.is_stale]


def publish(warehouse: duckdb.DuckDBPyConnection, home: Home, night: NightInfo) -> Issue:
    """Publish the night that schema `marts` of the warehouse holds.

    Everything is built beside what is published and read back; only then does the symlink move,
    and the manifest last. A failure at any point leaves the published night as it was.

    Raises
    ------
    NightMovesBackError
        If a later night is published: `publish_back_dated` keeps that night's tables.
    FullDiskError
        If there was no room for it.
    StrataError
        If what was built is not a whole night.
    """
    retention.recover(home)
    current = current_issue(home)
    if current is not None and night.as_of_date < current.as_of_date:
        raise NightMovesBackError(
            f"{night.as_of_date} is before the published night {current.as_of_date} "
            f"(run {current.run_id}); its latest-night tables are not replaced by older ones."
        )
    with cleared_on_failure(home, current):
        return _publish_built(warehouse, home, night, current)


def publish_back_dated(
    warehouse: duckdb.DuckDBPyConnection, home: Home, *, published_at: datetime
) -> Issue:
    """Publish what a back-dated run changed, and leave the published night where it is.

    Tables of all nights come from the warehouse; the latest-night tables, `run_info` (but for
    `published_at`) and the published night's Parquet come from the issue published now.

    Raises
    ------
    StrataError
        If nothing is published yet: then `publish` is right.
    """
    retention.recover(home)
    current = current_issue(home)
    if current is None:
        raise StrataError("Nothing is published yet, so no later night's tables can be kept.")
    night = NightInfo(as_of_date=current.as_of_date, run_id=current.run_id)
    with cleared_on_failure(home, current):
        return _publish_built(
            warehouse, home, night, current, kept=current, published_at=published_at
        )


def reissue_stale(home: Home, failed_as_of: date, failed_at: datetime) -> Issue | None:
    """Issue the published tables again, marked as stale because a later night failed.

    Needs no warehouse: it may be locked, or what failed. Only `run_info` changes; all other Parquet
    files are the ones published before. `run_id` stays that of the good night.

    Returns
    -------
    Issue | None
        None if nothing was ever published.
    """
    retention.recover(home)
    current = current_issue(home)
    if current is None:
        return None
    with cleared_on_failure(home, current):
        return _reissue_built(home, current, failed_as_of, failed_at)


def restore(home: Home, run_id: str) -> Issue:
    """Put the kept issue of a run back, serving file and manifest.

    `run_id` may be its beginning, as the terminal shows it.

    Raises
    ------
    InputError
        If no good night of that run is kept, or several could be meant; lists them.
    """
    retention.recover(home)
    kept = kept_issues(home)
    found = [issue for issue in kept if issue.run_id == run_id] or [
        issue
        for issue in kept
        if len(run_id) >= MIN_ID_CHARACTERS and issue.run_id.startswith(run_id)
    ]
    if len({issue.run_id for issue in found}) > 1:
        raise InputError(
            f"Several kept nights were made by runs that begin with {run_id!r}: {_listed(found)}."
        )
    if not found:
        raise InputError(
            f"No kept night was made by run {run_id!r}. "
            + (f"Kept, latest first: {_listed(kept)}." if kept else "None is kept yet.")
        )
    commit(home, found[-1])
    return found[-1]


def _listed(issues: list[Issue]) -> str:
    """Return runs and their nights, latest first."""
    return ", ".join(f"{issue.run_id} ({issue.as_of_date})" for issue in reversed(issues))


def _publish_built(
    warehouse: duckdb.DuckDBPyConnection,
    home: Home,
    night: NightInfo,
    current: Issue | None,
    *,
    kept: Issue | None = None,
    published_at: datetime | None = None,
) -> Issue:
    """Build, verify and commit; with `kept`, its latest-night tables stay."""
    name = f"{night.as_of_date}-{next_number(home):06d}"
    path = home.serving / f"strata-{name}.duckdb"
    temporary = durable.temporary_beside(path)
    latest_from = home.serving / kept.serving_file if kept else None
    rows = serving_file.build(
        warehouse,
        temporary,
        latest_from=latest_from,
        history_from=None if current is None else home.serving / current.serving_file,
    )
    if published_at is not None:
        serving_file.stamp(temporary, {"published_at": published_at})
    verification.verify(temporary, rows, run_id=night.run_id, as_of_date=night.as_of_date)
    durable.put_in_place(temporary, path)
    earlier = [file for issue in read_kept_issues(home) for file in issue.files]
    if kept is not None:
        earlier += kept.files
    unchanged = kept.as_of_date if kept else None
    files, nights = both(
        partial(parquet.write_tables, home, path, name),
        partial(parquet.write_nights, home, warehouse, path, earlier, unchanged=unchanged),
    )
    in_file = rows[parquet.NIGHTLY_TABLE]
    in_night = parquet.rows_of_night(nights, night.as_of_date)
    if in_file != in_night:
        raise StrataError(
            f"{parquet.NIGHTLY_SOURCE} holds {in_night} rows of {night.as_of_date}, "
            f"marts.{parquet.NIGHTLY_TABLE} {in_file}: not one night. Nothing was published."
        )
    return _commit(home, _issue_of(path, name, night.run_id, night.as_of_date, files + nights))


def _reissue_built(home: Home, current: Issue, failed_as_of: date, failed_at: datetime) -> Issue:
    """Copy the published file, stamp it as stale, verify and commit."""
    name = f"{current.as_of_date}-{next_number(home):06d}"
    path = home.serving / f"strata-{name}.duckdb"
    temporary = durable.temporary_beside(path)
    shutil.copyfile(home.serving / current.serving_file, temporary)
    serving_file.stamp(
        temporary,
        {
            "is_stale": True,
            "failed_as_of_date": failed_as_of,
            "failed_at": failed_at,
            "published_at": failed_at,
        },
    )
    verification.verify(temporary, {}, run_id=current.run_id, as_of_date=current.as_of_date)
    durable.put_in_place(temporary, path)
    changed = parquet.write_tables(home, path, name, only="run_info")
    files = [file for file in current.files if file.table != "run_info"]
    return _commit(home, _issue_of(path, name, current.run_id, current.as_of_date, files + changed))


def _issue_of(
    path: Path, name: str, run_id: str, as_of_date: date, files: list[PublishedFile]
) -> Issue:
    published_at, is_stale = verification.read_run_info(path)
    return Issue(
        name=name,
        run_id=run_id,
        as_of_date=as_of_date,
        schema_version=SCHEMA_VERSION,
        published_at=published_at,
        is_stale=is_stale,
        serving_file=path.name,
        files=tuple(sorted(files, key=lambda file: (file.table, file.path))),
    )


def _commit(home: Home, issue: Issue) -> Issue:
    commit(home, issue)
    retention.retain(home)
    return issue
