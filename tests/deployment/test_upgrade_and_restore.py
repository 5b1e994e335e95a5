"""Another machine, or another version: the next night goes on as if nothing had happened."""

import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.home import Home
from tests.conftest import Installation, shop_in
from tests.deployment.test_instance import BEFORE

pytestmark = pytest.mark.long

FIRST, NEXT = "2024-06-25", "2024-06-26"
# What `docs/deployment.md` says to keep. Everything else is made anew.
KEPT = ("landing", "models", "serving", "strata.yml", "warehouse.duckdb")
MADE_ANEW = ("dagster", "dbt", "errors", "tmp")
OF_THE_RUN = "'run_id', 'published_at', 'loaded_at'"
# Those that say how a night went, not what it found.
RECORDS = {"run_info", "fct_data_quality"}

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = shop_in(tmp_path_factory.mktemp("first"), monkeypatch)
        made.night(FIRST)
        yield made


@pytest.fixture(scope="module")
def next_night(first_night: Installation, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Return the tables of the next night, run where the first one was."""
    root = tmp_path_factory.mktemp("next") / "home"
    shutil.copytree(first_night.home.root, root, symlinks=True)
    there = Installation(Home(root), first_night.monkeypatch)
    there.night(NEXT)
    return tables(there)


@pytest.fixture
def copied(
    first_night: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Installation]:
    def copy(*names: str) -> Installation:
        root = tmp_path / "home"
        root.mkdir()
        for name in names or [path.name for path in first_night.home.root.iterdir()]:
            source = first_night.home.root / name
            if source.is_dir():
                shutil.copytree(source, root / name, symlinks=True)
            else:
                shutil.copy2(source, root / name)
        return Installation(Home(root), monkeypatch)

    return copy


def tables(installation: Installation) -> Rows:
    """Return all published rows, without what says which run wrote them."""
    names = installation.published(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    )
    return {
        name: installation.published(
            f"select columns(each -> each not in ({OF_THE_RUN})) from marts.{name} order by all"
        )
        for (name,) in names
        if name not in RECORDS
    }


def refuse_other_rows(found: Rows, expected: Rows, but: Set[str] = frozenset()) -> None:
    assert len(expected) > 15
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name] and name not in but] == []


def test_from_a_backup_of_the_named_parts_the_next_night_has_the_same_rows(
    copied: Callable[..., Installation], next_night: Rows, first_night: Installation
) -> None:
    there = {path.name for path in first_night.home.root.iterdir()}
    assert set(KEPT) <= there
    restored = copied(*KEPT)
    assert restored.published("select cast(as_of_date as varchar) from marts.run_info") == [
        (FIRST,)
    ]

    restored.night(NEXT)

    refuse_other_rows(tables(restored), next_night)


def test_without_the_served_files_they_are_built_again(
    copied: Callable[..., Installation], next_night: Rows
) -> None:
    restored = copied(*(name for name in KEPT if name != "serving"))

    restored.night(NEXT)

    refuse_other_rows(tables(restored), next_night)


def test_a_warehouse_of_an_earlier_version_goes_through_the_next_night(
    copied: Callable[..., Installation], next_night: Rows
) -> None:
    older = copied()
    make_older(older.home)

    older.night(NEXT)

    # Of the earlier night nobody knows any more who could be reached.
    unknown = {"fct_segment_scorecard", "fct_scheme_scorecard"}
    refuse_other_rows(tables(older), next_night, but=unknown)
    assert "run_retries" in (older.home.dagster / "dagster.yaml").read_text()


def make_older(home: Home) -> None:
    """Take from a home what came after its first versions: the format, tables, columns, files."""
    (home.dagster / "dagster.yaml").write_text(BEFORE)
    shutil.rmtree(home.errors, ignore_errors=True)
    home.alerts_file.unlink(missing_ok=True)
    newer = home.warehouse.with_suffix(".newer")
    home.warehouse.rename(newer)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{newer}' as newer (read_only)")
        connection.execute(f"attach '{home.warehouse}' as older (storage_version 'v1.2.0')")
        connection.execute("copy from database newer to older")
        for table in (
            "ops.core_build",
            "ops.core_intake",
            "ops.applied_files",
            "ops.stays_build",
            "ops.unfinished_nights",
            "ops.account",
            "ml.told_anew",
        ):
            connection.execute(f"drop table older.{table}")
        # Views do not hold on to columns; the night makes them anew.
        for table, column in (
            ("ops.night", "git_sha"),
            ("ml.model_runs", "is_taken_back"),
            ("segments.segment_nights", "reachable_customers"),
        ):
            connection.execute(f"alter table older.{table} drop column {column}")
        connection.execute("drop table older.ops.runs")
    newer.unlink()
