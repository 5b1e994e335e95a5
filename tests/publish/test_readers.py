"""Other processes that read during publishes: no error, always one whole night."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.publishing import PUBLISHED, reissue_stale, restore

HERE = Path(__file__).parent
LOCK = HERE / "old-reader.lock"


@pytest.fixture(autouse=True)
def few_tables() -> None:
    """Publish every table here."""


@pytest.fixture(scope="session")
def old_duckdb() -> Path:
    """Return a folder with an old DuckDB, installed once per machine, hashes checked."""
    version = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}-{sys.implementation.cache_tag}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strata"
    folder = cache / f"old-reader-{version}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=cache, prefix="building-"))
        uv = str(Path(sys.executable).with_name("uv"))
        where = ["--python", sys.executable, "--target", str(building)]
        options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--quiet"]
        subprocess.run(
            [uv, "pip", "install", *where, *options, "-r", str(LOCK)],
            check=True,
        )
        try:
            building.rename(folder)
        except OSError:  # another test run installed it meanwhile
            shutil.rmtree(building)
    return folder


def start_reader(kind: str, home: Home, stop: Path, python_path: Path | None) -> subprocess.Popen:
    """Start a reading process and wait until its first read is done."""
    environment = {**os.environ, "PYTHONPATH": str(python_path or "")}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "read_in_a_loop.py"), kind, str(home.serving), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "reading\n":
        pytest.fail("the reader ended before its first read")
    return process


def result_of(reader: subprocess.Popen) -> dict:
    """Wait for a reader that was told to stop, and return what it saw."""
    with reader:
        assert reader.stdout is not None
        return json.loads(reader.stdout.read())


def test_readers_in_other_processes_always_see_one_whole_night(
    home: Home, warehouse, old_duckdb: Path, failed_at, tmp_path: Path
) -> None:
    warehouse.publish(home, 1)
    stop = tmp_path / "stop"
    readers = [
        start_reader("serving", home, stop, None),
        start_reader("serving", home, stop, old_duckdb),
        start_reader("parquet", home, stop, None),
    ]
    try:
        for number in range(2, 10):
            warehouse.publish(home, number)
        reissue_stale(home, warehouse.night(10).as_of_date, failed_at)
        restore(home, "run-8")
        warehouse.publish(home, 10)
    finally:
        stop.touch()
        results = [result_of(reader) for reader in readers]
    for result in results:
        assert result["errors"] == [], result
        assert result["mixed"] == [], result
        assert result["nights"][0] == 1, result
        assert result["nights"][-1] == 10, result
        assert len(result["nights"]) > 3, result
    current, old, _ = (result["reader"] for result in results)
    assert current == f"duckdb {duckdb.__version__}"
    assert old == ("duckdb 1.2.2" if sys.version_info < (3, 14) else "duckdb 1.4.2")


def test_a_reader_that_holds_a_file_open_keeps_its_night(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    link = str(home.serving / "strata.duckdb")
    with closing(duckdb.connect(link, read_only=True)) as held:
        for number in range(2, 10):
            warehouse.publish(home, number)
        for table in PUBLISHED:
            found = held.execute(f"select distinct night_number from marts.{table}").fetchall()
            assert found == [(1,)]
        with closing(duckdb.connect(link, read_only=True)) as fresh:
            found = fresh.execute("select night_number from marts.run_info").fetchall()
            assert found == [(9,)]


def test_all_tables_of_the_night_are_published(home: Home, warehouse, numbers_read) -> None:
    issue = warehouse.publish(home, 1)
    assert set(issue.tables) == set(PUBLISHED)
    assert numbers_read(home) == ({1}, {1})


def test_a_reissue_stays_readable_for_an_old_duckdb(
    home: Home, warehouse, old_duckdb: Path, failed_at, tmp_path: Path
) -> None:
    warehouse.publish(home, 1)
    reissue_stale(home, warehouse.night(2).as_of_date, failed_at)
    stop = tmp_path / "stop"
    stop.touch()
    result = result_of(start_reader("serving", home, stop, old_duckdb))
    assert (result["nights"], result["errors"]) == ([1], [])
