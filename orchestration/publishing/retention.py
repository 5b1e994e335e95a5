"""Which issues stay, and the clearing away of everything that none of them names."""

from pathlib import Path

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import durable
from orchestration.publishing.manifest import (
    MANIFEST_NAME,
    Issue,
    finish_commit,
    link_path,
    manifest_path,
    parquet_folder,
    read_issue,
    read_kept_issues,
)

KEPT_ISSUES = 7
"""Good nights that can be put back."""

KEPT_STALE_ISSUES = 2
"""The last re-issue and the one before it, whose manifest a reader may just have read."""


def recover(home: Home) -> None:
    """Bring the folders to a published state after a crash; does nothing after a clean end.

    A commit that was cut short is finished; what was built and not committed is deleted. Everything
    that writes to `serving/` calls this first.
    """
    parquet_folder(home).mkdir(parents=True, exist_ok=True)
    finish_commit(home)
    _delete_all_but(home, [*read_kept_issues(home), *_published(home)])


def retain(home: Home) -> None:
    """Delete all but the issues to keep."""
    _delete_all_but(home, issues_to_keep(read_kept_issues(home), _published(home)))


def issues_to_keep(issues: list[Issue], published: list[Issue]) -> list[Issue]:
    """Return the issues that stay: the published one, the last good ones, the last stale ones.

    Stale re-issues have places of their own, or a week of failing nights would push out every good
    night that could be put back.
    """
    good = [issue for issue in issues if not issue.is_stale][-KEPT_ISSUES:]
    stale = [issue for issue in issues if issue.is_stale][-KEPT_STALE_ISSUES:]
    kept = {issue.name: issue for issue in [*good, *stale, *published]}
    return sorted(kept.values(), key=lambda issue: issue.number)


def _published(home: Home) -> list[Issue]:
    """Return the published issue, if there is one; a manifest that cannot be read is none.

    Putting a kept issue back must work with it, and mends it.
    """
    try:
        issue = read_issue(manifest_path(home))
    except StrataError:
        return []
    return [issue] if issue else []


def _delete_all_but(home: Home, kept: list[Issue]) -> None:
    """Delete the files under `serving/` that no kept issue names, manifests first.

    Without its manifest an issue can no longer be put back, so a crash in between leaves files
    too many, never a manifest that names a missing file.
    """
    folder = parquet_folder(home)
    manifests = {folder / MANIFEST_NAME, *(issue.kept_manifest(home) for issue in kept)}
    stay = {link_path(home), *manifests}
    stay |= {home.serving / issue.serving_file for issue in kept}
    stay |= {folder / file.path for issue in kept for file in issue.files}
    for path in sorted(folder.glob("manifest-*.json")):
        if path not in manifests:
            path.unlink()
    _delete_unnamed(home.serving, stay)


def _delete_unnamed(folder: Path, stay: set[Path]) -> None:
    """Delete our kinds of file below `folder` that are not to stay, and folders left empty."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            _delete_unnamed(path, stay)
            if not any(path.iterdir()) and path.name != "parquet":
                path.rmdir()
        elif path not in stay and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    """Return whether publishing makes files of this name; a person's own file beside them stays."""
    if path.name.startswith(durable.TEMPORARY_PREFIX):
        return True
    if path.suffix == ".wal" or (path.suffix == ".duckdb" and path.name.startswith("strata-")):
        return True
    return path.suffix == ".parquet"
