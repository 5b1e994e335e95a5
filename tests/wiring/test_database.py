"""The limits of memory and threads: no connection to DuckDB comes about without them."""

import ast
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

import orchestration
from orchestration.database import in_memory, opened
from orchestration.dbt import invoke, parsed_manifest, point_dbt_at
from orchestration.home import Home
from orchestration.resources import NightHome
from orchestration.settings import Settings
from orchestration.warehouse import connect

LIMITS = "select current_setting('memory_limit'), current_setting('threads'), "
LIMITS += "current_setting('temp_directory'), current_setting('TimeZone')"
LIMITED = Settings(memory_limit="512MiB", threads=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "it's here")
    made.serving.mkdir(parents=True)
    made.settings_file.write_text("memory_limit: 512MiB\nthreads: 1\n")
    return made


def limits(connection: duckdb.DuckDBPyConnection) -> tuple[Any, ...] | None:
    return connection.execute(LIMITS).fetchone()


def test_one_module_alone_opens_duckdb() -> None:
    """A connection opened elsewhere would take 80 % of the memory and all cores."""
    package = Path(orchestration.__file__).parent
    openers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Name)
        and node.value.id == "duckdb"
    }

    # The settings' conditions are read before there are any settings to limit by.
    assert openers == {"database.py", "rule_predicates.py"}


@pytest.mark.parametrize("is_old", [False, True])
def test_the_warehouse_takes_on_its_own_format(home: Home, *, is_old: bool) -> None:
    """DuckDB gives new files its oldest one, in which texts take longer to compress."""
    if is_old:
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute("create table kept as select 'a text' as words from range(5000)")
    with connect(home, LIMITED) as connection:
        connection.execute("create table made as select 'a text' as words from range(5000)")
    with connect(home, LIMITED) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() order by table_name"
        ).fetchall()
        compression = connection.execute(
            "select distinct compression from pragma_storage_info('made') "
            "where segment_type = 'VARCHAR'"
        ).fetchall()

    assert tables == ([("kept",)] if is_old else []) + [("made",)]
    assert compression == [("DICT_FSST",)]


def test_every_way_to_open_duckdb_sets_the_limits(home: Home) -> None:
    expected = ("512.0 MiB", 1, str(home.temporary), "UTC")
    served = home.serving / "strata-1.duckdb"

    with connect(home, LIMITED) as connection:
        assert limits(connection) == expected
    with opened(served, home) as connection:
        assert limits(connection) == expected
    with opened(served, Home.of_serving_file(served), read_only=True) as connection:
        assert limits(connection) == expected
    with in_memory(LIMITED, home.temporary) as connection:
        assert limits(connection) == expected


def test_a_second_connection_may_be_opened_after_the_first_has_spilled(home: Home) -> None:
    """DuckDB refuses a folder for what it spills, even the same one, once it has used it."""
    with connect(home, Settings(memory_limit="60MB", threads=1)) as connection:
        rows = connection.execute(
            "select i from (select i, repeat('x', 100) || i as s from range(1000000) as t (i)) "
            "order by md5(s)"
        )
        rows.fetchone()
        assert list(home.temporary.iterdir())
        with connect(home, Settings(memory_limit="60MB", threads=1)) as second:
            assert limits(second) == ("57.2 MiB", 1, str(home.temporary), "UTC")


def test_settings_that_cannot_be_read_do_not_keep_readers_out(home: Home) -> None:
    home.settings_file.write_text("memory_limit: much\n")

    with opened(home.serving / "strata-1.duckdb", home) as connection:
        assert limits(connection) == ("3.7 GiB", 2, str(home.temporary), "UTC")


def test_dbt_works_within_the_same_limits(home: Home) -> None:
    point_dbt_at(home, LIMITED)
    shown = invoke(home, ["show", "--inline", LIMITS, "--quiet"], parsed_manifest(home))

    table = shown.result.results[0].agate_table  # type: ignore[union-attr]
    found = [str(value) for value in table.rows[0].values()]
    assert found == ["512.0 MiB", "1", str(home.temporary), "UTC"]


def test_a_run_leaves_the_warehouse_as_one_file(home: Home) -> None:
    """Whoever copies `warehouse.duckdb` after a night has all of it."""
    beside = home.warehouse.with_name("warehouse.duckdb.wal")
    night = NightHome(root=str(home.root))
    with night.yield_for_execution(dg.build_init_resource_context()) as running:
        with running.connect() as connection:
            connection.execute("create table kept as select 42 as answer")
        assert beside.exists()

    assert not beside.exists()
    with connect(home, LIMITED) as connection:
        assert connection.execute("from kept").fetchall() == [(42,)]
