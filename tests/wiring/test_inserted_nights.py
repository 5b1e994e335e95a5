"""A night of the behaviour segments that is run before others which stand already."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration import behaviour
from orchestration.behaviour import run_behaviour
from orchestration.behaviour_rechain import take_back_places
from orchestration.ml_tables import create_ml_schema
from tests.wiring.test_behaviour_nights import MONDAY, Nights, planted

# The second Monday learns anew.
DAYS = [MONDAY + timedelta(days=number) for number in range(10)]
LATE = 4
# Who computed a row, and the words, which need the features.
LEFT_OUT = {"run_id", "reason_1", "reason_2", "reason_3"}


def walks() -> dict[date, pd.DataFrame]:
    """Let customers wander about the borders, night by night; some come late, some go."""
    random = np.random.default_rng(5)
    log = np.log(planted(40))
    middle = log.mean()
    places = middle + (log - middle) * random.uniform(0.05, 1.0, (len(log), 1))
    nights = {}
    for number, day in enumerate(DAYS):
        places = places + random.normal(0, 0.04, places.shape)
        here = places if number % 2 else places.iloc[5:]
        nights[day] = np.exp(here)
    return nights


def scores(nights: Nights) -> list[tuple[Any, ...]]:
    columns = [
        name
        for (name,) in nights.rows(
            "select column_name from duckdb_columns() where table_name = 'behaviour_scores' "
            "order by column_index"
        )
        if name not in LEFT_OUT
    ]
    return nights.rows(f"select {', '.join(columns)} from ml.behaviour_scores order by all")


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        nights = Nights(connection, tmp_path_factory.mktemp("in_order") / "models")
        for day, features in walks().items():
            nights.run(day, features)
        yield nights


def without_the_late_one(
    connection: duckdb.DuckDBPyConnection, folder: Path, features: dict[date, pd.DataFrame]
) -> Nights:
    """Run all nights in order but the late one."""
    create_ml_schema(connection)
    nights = Nights(connection, folder / "models")
    for day in DAYS[:LATE] + DAYS[LATE + 1 :]:
        nights.run(day, features[day])
    return nights


@pytest.mark.parametrize("late", [[1, 5], [4, 3, 8, 6]])
def test_nights_in_another_order_leave_the_same_scores(
    in_order: Nights, tmp_path: Path, late: list[int]
) -> None:
    features = walks()
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        nights = Nights(connection, tmp_path / "models")
        for number in [number for number in range(len(DAYS)) if number not in late]:
            nights.run(DAYS[number], features[DAYS[number]])
        without = scores(nights)
        for number in late:
            nights.run(DAYS[number], features[DAYS[number]])
        assert scores(nights) == scores(in_order)
        # The later nights' rows did change: otherwise this would show nothing.
        later = {row[0] for row in set(without) - set(scores(nights))}
        assert later
        assert nights.rows("select count(*) from ml.rechained_nights")[0][0] > 0


def test_a_night_that_is_run_again_on_other_rows_is_followed_by_the_later_ones(
    in_order: Nights, tmp_path: Path
) -> None:
    features = walks()
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        nights = Nights(connection, tmp_path / "models")
        for day in DAYS:
            nights.run(day, features[DAYS[1]] if day == DAYS[2] else features[day])
        assert scores(nights) != scores(in_order)
        nights.run(DAYS[2], features[DAYS[2]])
        assert scores(nights) == scores(in_order)


def test_telling_anew_ends_at_a_night_that_was_thinned_out(tmp_path: Path) -> None:
    features = walks()
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        nights = Nights(connection, tmp_path / "models")
        for number in (0, 1, 3, 4, 5):
            nights.run(DAYS[number], features[DAYS[number]])
        connection.execute("delete from ml.behaviour_scores where as_of_date = ?", [DAYS[3]])
        before = [row for row in scores(nights) if row[0] > DAYS[3]]
        nights.run(DAYS[2], features[DAYS[2]])
        assert [row for row in scores(nights) if row[0] > DAYS[3]] == before
        assert nights.rows("select * from ml.rechained_nights") == []


def test_a_run_that_breaks_off_before_the_later_nights_are_told_has_written_nothing(
    in_order: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own rows alone written, a second run would find nobody who stands elsewhere."""

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    features = walks()
    with duckdb.connect() as connection:
        nights = without_the_late_one(connection, tmp_path, features)
        with monkeypatch.context() as patched:
            patched.setattr(behaviour, "rechain", killed)
            with pytest.raises(KeyboardInterrupt):
                nights.run(DAYS[LATE], features[DAYS[LATE]])
        assert not [row for row in scores(nights) if row[0] == DAYS[LATE]]
        nights.run(DAYS[LATE], features[DAYS[LATE]])
        assert scores(nights) == scores(in_order)


def test_rows_told_anew_are_handed_over_until_the_segments_have_them(tmp_path: Path) -> None:
    """The run that told them may break off before; the next one has nothing to tell anew."""
    features = walks()
    with duckdb.connect() as connection:
        nights = without_the_late_one(connection, tmp_path, features)
        connection.execute("create table segments as select * from ml.behaviour_scores")
        for run_id in ("broke off", "again"):
            run_behaviour(
                connection,
                nights.models,
                features[DAYS[LATE]],
                DAYS[LATE],
                run_id,
                language="en",
            )
        handed_over = (
            "select scores.as_of_date, scores.customer_id from ml.behaviour_scores as scores "
            "semi join ml.told_anew using (as_of_date, run_id)"
        )
        moved = (
            "select segments.as_of_date, segments.customer_id from segments "
            "join ml.behaviour_scores as scores using (as_of_date, customer_id) "
            "where segments.segment_id <> scores.segment_id"
        )
        assert nights.rows(moved)
        assert set(nights.rows(moved)) <= set(nights.rows(handed_over))


@pytest.mark.parametrize("late", [LATE, 7, 0])
def test_a_night_that_is_taken_back_leaves_no_trace_in_later_ones(
    tmp_path: Path, late: int
) -> None:
    """The second Monday, which learns, leaves its model: later nights may be scored with it."""
    features = walks()
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        nights = Nights(connection, tmp_path / "models")
        for number in range(len(DAYS)):
            if number != late:
                nights.run(DAYS[number], features[DAYS[number]])
        without = scores(nights)
        nights.run(DAYS[late], features[DAYS[late]])
        assert {row[0] for row in set(without) - set(scores(nights))}

        take_back_places(connection, DAYS[late], "the next run")

        assert scores(nights) == without
        with_places = "decision = 'scored' or is_taken_back is not true"
        assert not [
            row
            for row in nights.rows(f"select as_of_date from ml.model_runs where {with_places}")
            if row[0] == DAYS[late]
        ]
        nights.run(DAYS[late], features[DAYS[late]])
        take_back_places(connection, DAYS[late], "the next run")
        take_back_places(connection, DAYS[late], "the next run")
        assert scores(nights) == without
