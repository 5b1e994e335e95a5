"""A publish that dies at any file operation: readers see a whole night, the next publish mends."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.publishing import current_issue, reissue_stale, restore, retention
from orchestration.publishing.manifest import read_issue
from orchestration.publishing.retention import recover

# A sync leaves nothing that a reader could tell, so cuts before and after one are the same.
OPERATIONS = [
    (shutil, "copyfile"),
    (Path, "replace"),
    (Path, "symlink_to"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (Path, "rmdir"),
    (Path, "write_text"),
]


class PowerCut(BaseException):
    """The end of the process: from here on no file operation happens, in no clean-up either."""


def cut_power_after(monkeypatch: pytest.MonkeyPatch, operations: int) -> None:
    """Let that many file operations happen and none after them."""
    left = [operations]

    def limited(operation: Callable) -> Callable:
        def run(*args: object, **kwargs: object) -> object:
            if left[0] == 0:
                raise PowerCut
            left[0] -= 1
            return operation(*args, **kwargs)

        return run

    for owner, name in OPERATIONS:
        monkeypatch.setattr(owner, name, limited(getattr(owner, name)))


def leftovers(home: Home) -> list[str]:
    """Return the files and empty folders under `serving/` that no kept issue accounts for."""
    folder = home.serving / "parquet"
    issues = [issue for path in folder.glob("manifest-*.json") if (issue := read_issue(path))]
    named = {home.serving / "strata.duckdb", folder, folder / "manifest.json"}
    for issue in issues:
        files = [folder / file.path for file in issue.files]
        named |= {issue.kept_manifest(home), home.serving / issue.serving_file, *files}
        named |= {parent for file in files for parent in file.parents}
    return [str(path) for path in home.serving.rglob("*") if path not in named]


def crash_everywhere(
    home: Home,
    action: Callable[[Home], object],
    mend: Callable[[Home], object],
    look: Callable[[Home, bool], None],
) -> None:
    """Run `action` on copies of a home, cut after 0, 1, 2 … operations, until one run is whole."""
    for operations in range(400):
        copy = Home(home.root.with_name(f"copy-{operations}"))
        shutil.copytree(home.root, copy.root, symlinks=True)
        with pytest.MonkeyPatch.context() as monkeypatch:
            cut_power_after(monkeypatch, operations)
            try:
                action(copy)
                cut = False
            except PowerCut:
                cut = True
        look(copy, cut)
        recover(copy)
        assert leftovers(copy) == [], operations
        if not cut or operations % 5 == 0:
            mend(copy)
        assert leftovers(copy) == [], operations
        shutil.rmtree(copy.root)
        if not cut:
            assert operations > 5
            return
    pytest.fail("the action never came to its end")


def test_a_publish_cut_anywhere_shows_a_whole_night(
    home: Home, warehouse, numbers_read: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_ISSUES", 2)  # so that the last step has files to delete
    for number in range(1, 4):
        warehouse.publish(home, number)
    warehouse.load(4)

    def look(copy: Home, cut: bool) -> None:
        serving, parquet = numbers_read(copy)
        assert (serving, parquet) in [({3}, {3}), ({4}, {3}), ({4}, {4})]
        assert cut or (serving, parquet) == ({4}, {4})

    def mend(copy: Home) -> None:
        warehouse.publish_loaded(copy, 4)
        assert numbers_read(copy) == ({4}, {4})

    crash_everywhere(home, lambda copy: warehouse.publish_loaded(copy, 4), mend, look)


def test_a_reissue_cut_anywhere_shows_a_whole_night(
    published_home: Home, warehouse, numbers_read: Callable, failed_at
) -> None:
    failed = warehouse.night(3).as_of_date

    def look(copy: Home, _cut: bool) -> None:
        assert numbers_read(copy) == ({2}, {2})

    def mend(copy: Home) -> None:
        reissue_stale(copy, failed, failed_at)
        assert current_issue(copy).is_stale

    crash_everywhere(
        published_home, lambda copy: reissue_stale(copy, failed, failed_at), mend, look
    )


def test_a_restore_cut_between_its_two_swaps_is_finished_by_the_next_writer(
    published_home: Home, numbers_read: Callable
) -> None:
    def look(copy: Home, _cut: bool) -> None:
        assert numbers_read(copy) in [({2}, {2}), ({1}, {2}), ({1}, {1})]

    def mend(copy: Home) -> None:
        restore(copy, "run-1")
        assert numbers_read(copy) == ({1}, {1})

    crash_everywhere(published_home, lambda copy: restore(copy, "run-1"), mend, look)
