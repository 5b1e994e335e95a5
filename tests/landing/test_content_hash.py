"""The hash of a file is remembered only where the file cannot have changed since."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.landing import files, hashed_files
from orchestration.landing.files import content_sha256
from orchestration.landing.hashed_files import is_read_again
from orchestration.ops_tables import create_ops_schema
from orchestration.warehouse import connect


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one with each reading of a whole file."""
    seen: list[int] = []
    digest: Callable[..., object] = files.hashlib.file_digest

    def counted(*arguments: object) -> object:
        seen.append(1)
        return digest(*arguments)

    monkeypatch.setattr(files.hashlib, "file_digest", counted)
    return seen


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SETTLED_NS", -(10**18))


@pytest.mark.usefixtures("settled")
def test_a_file_that_stays_is_read_once(tmp_path: Path, hashings: list[int]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")

    assert content_sha256(path) == content_sha256(path)
    assert len(hashings) == 1


@pytest.mark.usefixtures("settled")
def test_another_content_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    """`cp -p` brings the time of the original along: size and time alone would fall for it."""
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("one")
    first = content_sha256(path)
    status = path.stat()
    other.write_text("two")
    other.replace(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert content_sha256(path) != first


def test_a_file_that_was_just_written_is_read_again(tmp_path: Path, hashings: list[int]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    content_sha256(path)
    content_sha256(path)

    assert len(hashings) == 2


@pytest.mark.usefixtures("settled")
def test_the_next_night_does_not_read_old_files_again(
    landing, hashings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(landing.home, landing.settings) as connection:
        create_ops_schema(connection)
    landing.put_lines("1,2024-05-01 10:00:00,9.50", name="a.csv")
    changing = landing.put_lines("2,2024-05-01 10:00:00,7.50", name="b.csv")
    landing.ingest()
    hashings.clear()

    monkeypatch.setattr(hashed_files, "is_read_again", lambda _path, _day: False)
    monkeypatch.setattr(files, "_hashed", {})
    assert landing.ingest().files == ()
    assert hashings == []

    monkeypatch.setattr(files, "_hashed", {})
    changing.write_text(changing.read_text().replace("7.50", "8.50"))
    (again,) = landing.ingest().files
    assert (again.file.name, len(hashings)) == ("b.csv", 1)


def test_every_file_is_read_again_within_a_week(tmp_path: Path) -> None:
    """A file system that makes up inodes and times could hide another content for so long."""
    week = [date(2026, 3, 1) + timedelta(days=day) for day in range(7)]
    paths = [tmp_path / f"{number}.csv" for number in range(70)]
    turns = [[path for path in paths if is_read_again(path, day)] for day in week]

    assert sorted(path for turn in turns for path in turn) == sorted(paths)
    assert max(map(len, turns)) < len(paths) / 2
