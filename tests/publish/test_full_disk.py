"""No room for the night: the one before stands whole, nothing half built stays, words say why."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest

from orchestration import failures
from orchestration.home import Home
from orchestration.private_errors import told
from orchestration.publishing import current_issue, reissue_stale
from orchestration.publishing.room import FullDiskError

HERE = Path(__file__).parent
SMALL_DISK_BYTES = 40_000_000


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: the system refuses as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def everything_in(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.lstat().st_ino
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("size", [0, 5_000, 20_000])
def test_a_night_that_duckdb_has_no_room_for_leaves_the_one_before(
    published_home: Home, warehouse, numbers_read: Callable, size: int
) -> None:
    warehouse.load(3)
    before = everything_in(published_home.serving)
    with files_up_to(size), pytest.raises(FullDiskError):
        warehouse.publish_loaded(published_home, 3)
    assert everything_in(published_home.serving) == before
    assert numbers_read(published_home) == ({2}, {2})
    warehouse.publish_loaded(published_home, 3)
    assert numbers_read(published_home) == ({3}, {3})


def test_the_words_say_what_stands_and_what_to_do(published_home: Home, warehouse) -> None:
    warehouse.load(3)
    with files_up_to(0), pytest.raises(FullDiskError) as caught:
        warehouse.publish_loaded(published_home, 3)
    said = str(caught.value)
    assert "MB are free" in said
    assert os.strerror(errno.EFBIG) in said
    assert "The night of 2026-03-03 stands as it was" in said
    assert "run the night again" in said


def test_the_first_night_without_room_leaves_nothing(home: Home, warehouse) -> None:
    warehouse.load(1)
    with files_up_to(0), pytest.raises(FullDiskError, match="Nothing had been published before"):
        warehouse.publish_loaded(home, 1)
    assert everything_in(home.serving) == {}
    assert current_issue(home) is None


OPERATIONS = [(shutil, "copyfile"), (Path, "write_text"), (Path, "mkdir"), (Path, "symlink_to")]
"""What takes room, besides DuckDB's own writing."""


def refuse_after(monkeypatch: pytest.MonkeyPatch, operations: int) -> None:
    """Let that many operations happen; refuse all others as a full disk does."""
    left = [operations]

    def limited(operation: Callable) -> Callable:
        def run(*args: object, **kwargs: object) -> object:
            if left[0] == 0 and not kwargs.get("exist_ok"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left[0] = max(0, left[0] - 1)
            return operation(*args, **kwargs)

        return run

    for owner, name in OPERATIONS:
        monkeypatch.setattr(owner, name, limited(getattr(owner, name)))


@pytest.mark.parametrize("kind", ["publish", "reissue"])
def test_room_that_ends_at_any_file_leaves_the_night_before(
    published_home: Home, warehouse, numbers_read: Callable, failed_at, kind: str
) -> None:
    warehouse.load(3)
    night = warehouse.night(3).as_of_date
    actions: dict[str, Callable[[Home], object]] = {
        "publish": lambda home: warehouse.publish_loaded(home, 3),
        "reissue": lambda home: reissue_stale(home, night, failed_at),
    }
    for operations in range(30):
        copy = Home(published_home.root.with_name(f"copy-{operations}"))
        shutil.copytree(published_home.root, copy.root, symlinks=True)
        before = everything_in(copy.serving)
        with pytest.MonkeyPatch.context() as monkeypatch:
            refuse_after(monkeypatch, operations)
            try:
                actions[kind](copy)
            except FullDiskError:
                assert numbers_read(copy) == ({2}, {2}), operations
                assert not current_issue(copy).is_stale
                assert everything_in(copy.serving) == before, operations
            else:
                assert operations > 3
                return
    pytest.fail("the action never came to its end")


def test_a_stale_mark_without_room_stops_no_alert(
    published_home: Home, failed_at, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What settles a failed night must come back, since the alert is sent after it."""
    monkeypatch.setattr(failures, "_failure_to_tell", lambda *_: failed_at)
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.add_run(dg.DagsterRun(job_name="nightly", run_id=str(UUID(int=3))))
        with files_up_to(5_000):
            failures.settle_failed_night(published_home, instance, run.run_id, failed_at.date())
        said = [entry.get_dagster_event().message for entry in instance.all_logs(run.run_id)]
    assert any(
        "Readers could not be told. No room to publish" in str(message) for message in said
    ), said
    assert not current_issue(published_home).is_stale


def test_a_night_that_failed_so_is_explained_in_our_words_not_the_systems() -> None:
    full = FullDiskError("No room to publish")
    full.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    step = RuntimeError("the step failed")
    step.__cause__ = full
    assert told(step).words == "No room to publish"
    assert "No space left on device" in told(full.__cause__).words


@pytest.mark.long
def test_a_disk_that_is_really_full(published_home: Home, warehouse) -> None:
    """A file system of a few megabytes, full but for a little, in a mount space of its own."""
    warehouse.load(3)
    script = [sys.executable, str(HERE / "publish_on_a_small_disk.py")]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "--", *script,
         str(published_home.root), str(warehouse.path), str(SMALL_DISK_BYTES)],
        capture_output=True, text=True, check=False, cwd=HERE.parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert os.strerror(errno.ENOSPC) in result["said"]
    assert "The night of 2026-03-03 stands as it was" in result["said"]
    assert result["left_over"] == []
    assert result["run_id_then"] == "run-2"
    assert result["run_id_after_making_room"] == "run-3"
