"""Other processes that read during publishes: no error, always one whole night."""

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.publishing import PUBLISHED, reissue_stale, restore
from tests.publish.conftest import ROWS

HERE = Path(__file__).parent
READING_LOOP = "reading loop"  # the root conftest.py prints these at the end of a run
OLD, LTS = HERE / "old-reader.lock", HERE / "lts-reader.lock"


@pytest.fixture(autouse=True)
def few_tables() -> None:
    """Publish every table here."""


def installed(lock: Path) -> Path:
    """Return a folder with another DuckDB, installed once per machine, hashes checked."""
    version = f"{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}-{sys.implementation.cache_tag}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strata"
    folder = cache / f"{lock.stem}-{version}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=cache, prefix="building-"))
        uv = str(Path(sys.executable).with_name("uv"))
        where = ["--python", sys.executable, "--target", str(building)]
        options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--quiet"]
        subprocess.run(
            [uv, "pip", "install", *where, *options, "-r", str(lock)],
            check=True,
        )
        try:
            building.rename(folder)
        except OSError:  # another test run installed it meanwhile
            shutil.rmtree(building)
    return folder


@pytest.fixture(scope="session")
def old_duckdb() -> Path:
    """Return a folder with the oldest DuckDB that is promised to read what is published."""
    return installed(OLD)


@pytest.fixture(scope="session")
def lts_duckdb() -> Path:
    """Return a folder with the DuckDB that most BI drivers carry."""
    return installed(LTS)


def start_reader(kind: str, home: Home, stop: Path, python_path: Path | None) -> subprocess.Popen:
    """Start a reading process."""
    environment = {**os.environ, "PYTHONPATH": str(python_path or "")}
    return subprocess.Popen(
        [sys.executable, str(HERE / "read_in_a_loop.py"), kind, str(home.serving), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def await_first_read(reader: subprocess.Popen) -> None:
    """Wait until a reader has read once."""
    assert reader.stdout is not None
    if reader.stdout.readline() != "reading\n":
        pytest.fail("the reader ended before its first read")


def result_of(reader: subprocess.Popen) -> dict:
    """Wait for a reader that was told to stop, and return what it saw."""
    with reader:
        assert reader.stdout is not None
        return json.loads(reader.stdout.read())


def test_readers_in_other_processes_always_see_one_whole_night(
    home: Home,
    warehouse,
    old_duckdb: Path,
    lts_duckdb: Path,
    failed_at,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Seven readers loop; one of them holds its file until its night is no longer kept."""
    warehouse.publish(home, 1)
    held_file = (home.serving / "strata.duckdb").resolve()
    stop = tmp_path / "stop"
    readers = {
        "current": start_reader("duckdb", home, stop, None),
        "lts": start_reader("duckdb", home, stop, lts_duckdb),
        "old": start_reader("duckdb", home, stop, old_duckdb),
        "sqlalchemy": start_reader("sqlalchemy", home, stop, None),
        "pyarrow": start_reader("pyarrow", home, stop, None),
        "pandas": start_reader("pandas", home, stop, None),
        "held": start_reader("held", home, stop, None),
    }
    try:
        for reader in readers.values():
            await_first_read(reader)
        for number in range(2, 8):
            warehouse.publish(home, number)
        reissue_stale(home, warehouse.night(8).as_of_date, failed_at)
        restore(home, "run-6")
        warehouse.publish(home, 8)
    finally:
        stop.touch()
        results = {kind: result_of(reader) for kind, reader in readers.items()}
    for result in results.values():
        record_property(READING_LOOP, loop_line(result))
    assert all(result["errors"] == [] for result in results.values()), results
    assert all(result["mixed"] == [] for result in results.values()), results
    assert not held_file.exists()
    held = results.pop("held")
    assert held["nights"] == [1], held
    for result in results.values():
        assert result["nights"][0] == 1, result
        assert result["nights"][-1] == 8, result
        assert len(result["nights"]) > 3, result
    assert results["current"]["reader"] == f"duckdb {duckdb.__version__}"
    assert results["lts"]["reader"].startswith("duckdb 1.4.")
    old = "duckdb 1.2.2" if sys.version_info < (3, 14) else "duckdb 1.4.2"
    assert results["old"]["reader"] == old


def loop_line(result: dict) -> str:
    """Return one reader's figures in words."""
    nights = len(result["nights"])
    wrong = f"{len(result['mixed'])} mixed, {len(result['errors'])} errors"
    return f"{result['reader']:<24}{result['reads']:>6} reads {nights:>4} nights seen, {wrong}"


def test_a_new_connection_beside_a_held_one_sees_the_new_night(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    link = str(home.serving / "strata.duckdb")
    with closing(duckdb.connect(link, read_only=True)) as held:
        warehouse.publish(home, 2)
        for table in PUBLISHED:
            found = held.execute(f"select distinct night_number from marts.{table}").fetchall()
            assert found == [(1,)]
        with closing(duckdb.connect(link, read_only=True)) as fresh:
            found = fresh.execute("select night_number from marts.run_info").fetchall()
            assert found == [(2,)]


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
    reader = start_reader("duckdb", home, stop, old_duckdb)
    await_first_read(reader)
    result = result_of(reader)
    assert (result["nights"], result["errors"]) == ([1], [])


def test_the_lines_of_python_that_the_docs_show_read_the_night(
    tmp_path: Path, warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.publish(Home(tmp_path / "data"), 1)
    monkeypatch.chdir(tmp_path)
    text = (HERE.parents[1] / "docs" / "connections.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    seen = []
    for block in blocks:
        script = tmp_path / "shown.py"
        script.write_text(block)
        names = runpy.run_path(str(script))
        seen.append(names["counted"] if "counted" in names else len(names["customers"]))
    assert seen == [ROWS] * 3
