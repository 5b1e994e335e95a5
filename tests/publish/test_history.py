"""The history of an issue, brought forward from another issue, against one written as a whole."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing import history, serving_file

FIRST = date(2026, 3, 1)
STAYS = "select * from marts.fct_segment_history order by all"


class Segments:
    """Random changes of segment, and all that publishing reads of them."""

    def __init__(self, path: Path, seed: int = 0) -> None:
        self.connection = duckdb.connect(str(path))
        self.random = random.Random(seed)  # noqa: S311
        self.folder = path.parent
        for statement in (
            "create schema marts",
            "create schema segments",
            "create table segments.consents as select 'c' || i as customer_id, true as has_consent "
            "from range(12) customers(i)",
            "create table segments.segment_changes (as_of_date date, run_id varchar, "
            "customer_id varchar, scheme varchar, to_segment_id varchar)",
            """
            create view marts.fct_segment_history as
            select valid_from as as_of_date, stays.* from (
                select run_id, customer_id, scheme, to_segment_id as segment_id,
                    as_of_date as valid_from,
                    lead(as_of_date) over (partition by customer_id, scheme order by as_of_date)
                        as valid_to
                from segments.segment_changes
            ) as stays
            inner join segments.consents using (customer_id)
            where segment_id is not null and has_consent
            """,
            "create view marts.fct_segment_transitions as "
            "select distinct as_of_date, run_id, scheme from segments.segment_changes",
        ):
            self.connection.execute(statement)

    def run(self, night: int, run_id: str) -> None:
        """Tell a night's changes, in place of what was told of it; some leave, some come back."""
        day = FIRST + timedelta(days=night)
        self.connection.execute("delete from segments.segment_changes where as_of_date = ?", [day])
        rows = [
            (day, run_id, f"c{customer}", scheme, self.random.choice([None, "s1", "s2"]))
            for customer in range(12)
            for scheme in ("a", "b")
            if self.random.random() < (1.0 if night == 0 else 0.3)
        ]
        self.connection.executemany("insert into segments.segment_changes values (?,?,?,?,?)", rows)

    def build(self, name: str, earlier: Path | None) -> Path:
        path = self.folder / name
        serving_file.build(self.connection, path, history_from=earlier)
        return path

    def stays(self) -> list[tuple]:
        return self.connection.execute(STAYS).fetchall()


def stays_in(path: Path) -> list[tuple]:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return connection.execute(STAYS).fetchall()


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the tables that are written as a whole."""
    written: list[str] = []
    copy = serving_file._copy

    def told(warehouse: duckdb.DuckDBPyConnection, table: str, followers: dict[str, str]) -> int:
        written.append(table)
        return copy(warehouse, table, followers)

    monkeypatch.setattr(serving_file, "_copy", told)
    return written


@pytest.fixture(params=range(3))
def segments(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Segments]:
    made = Segments(tmp_path / "warehouse.duckdb", seed=request.param)
    yield made
    made.connection.close()


def test_night_after_night_it_is_what_the_warehouse_says(
    segments: Segments, whole: list[str]
) -> None:
    segments.run(0, "run-0")
    served = segments.build("0.duckdb", None)
    first = served
    whole.clear()
    # The next one, two at once, one again, one in between, one again that is not the last.
    for turn, nights in enumerate([[1], [2, 5], [5], [3], [2]], start=1):
        for night in nights:
            segments.run(night, f"run-{turn}-{night}")
        served = segments.build(f"{turn}.duckdb", served)
        assert stays_in(served) == segments.stays()
    # From an issue of long ago, as after `strata publish --restore`.
    assert stays_in(segments.build("restored.duckdb", first)) == segments.stays()
    assert history.TABLE not in whole


def test_without_anything_new_it_stays(segments: Segments, whole: list[str]) -> None:
    segments.run(0, "run-0")
    first = segments.build("0.duckdb", None)
    whole.clear()
    assert stays_in(segments.build("1.duckdb", first)) == segments.stays()
    assert whole == ["fct_segment_transitions"]


def test_what_changes_do_not_tell_is_seen_and_it_is_written_as_a_whole(
    segments: Segments, whole: list[str]
) -> None:
    """Somebody refuses profiling who did not move; somebody changed what was published by hand."""
    segments.run(0, "run-0")
    first = segments.build("0.duckdb", None)
    segments.connection.execute("update segments.consents set has_consent = customer_id <> 'c3'")
    whole.clear()
    second = segments.build("1.duckdb", first)
    assert stays_in(second) == segments.stays()
    assert history.TABLE in whole

    with closing(duckdb.connect(str(second))) as connection:
        connection.execute("update marts.fct_segment_history set segment_id = 's3'")
    assert stays_in(segments.build("2.duckdb", second)) == segments.stays()


def test_other_columns_and_damaged_files_are_not_brought_forward(
    segments: Segments, whole: list[str]
) -> None:
    segments.run(0, "run-0")
    first = segments.build("0.duckdb", None)
    damaged = segments.folder / "damaged.duckdb"
    damaged.write_bytes(first.read_bytes()[:4096] + b"\0" * 5000)
    rotten = segments.folder / "rotten.duckdb"
    blocks = bytearray(first.read_bytes())
    for byte in range(3 * 4096 + 100, len(blocks), 4096):
        blocks[byte] ^= 255
    rotten.write_bytes(blocks)
    gone = segments.folder / "gone.duckdb"
    with closing(duckdb.connect(str(first))) as connection:
        connection.execute("alter table marts.fct_segment_history add column more integer")
    for number, earlier in enumerate([first, damaged, rotten, gone], start=1):
        whole.clear()
        assert stays_in(segments.build(f"{number}.duckdb", earlier)) == segments.stays()
        assert history.TABLE in whole
    assert not list(segments.folder.glob("[0-9].duckdb.wal"))
