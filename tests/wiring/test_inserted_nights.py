"""A night of the behaviour segments that is run before others which stand already."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.ml_tables import create_ml_schema
from tests.wiring.test_behaviour_nights import MONDAY, Nights, planted

# The second Monday learns anew.
DAYS = [MONDAY + timedelta(days=number) for number in range(10)]
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
