"""Nights of the behaviour segments on features that nothing, or not much, can be made of."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.ml_tables import create_ml_schema
from tests.wiring.test_behaviour_nights import MONDAY, Nights, planted

TUESDAY, NEXT_MONDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the warehouse and the model of one good night."""
    folder = tmp_path_factory.mktemp("learned")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_ml_schema(connection)
        night = Nights(connection, folder / "models").run(MONDAY, planted())
    assert night.model is not None
    assert night.model.n_clusters == 4
    return folder


@pytest.fixture
def nights(learned: Path, tmp_path: Path) -> Iterator[Nights]:
    """Return a copy of it."""
    shutil.copytree(learned, tmp_path / "copy")
    with duckdb.connect(str(tmp_path / "copy" / "warehouse.duckdb")) as connection:
        yield Nights(connection, tmp_path / "copy" / "models")


@pytest.fixture
def no_nights(tmp_path: Path) -> Iterator[Nights]:
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        yield Nights(connection, tmp_path / "models")


def decided(nights: Nights, day: date) -> dict[str, str]:
    """Return the reason of each decision of a night."""
    found = nights.rows(
        "select decision, decision_reason from ml.model_runs where kind = 'behaviour' "
        f"and as_of_date = date '{day}'"
    )
    return dict(found)


def scored(nights: Nights, day: date) -> list[tuple[object, ...]]:
    return nights.rows(
        "select customer_id, segment_id, reason_1, reason_2, reason_3 from ml.behaviour_scores "
        f"where as_of_date = date '{day}' order by customer_id"
    )


def test_features_that_say_nothing_are_left_out_and_named_where_the_decision_is(
    no_nights: Nights,
) -> None:
    features = planted().assign(return_share_365d=0.0, department_breadth_365d=np.nan)
    night = no_nights.run(MONDAY, features)
    assert night.decision == "promoted"
    reason = decided(no_nights, MONDAY)["promoted"]
    assert (
        "; left out: return_share_365d (the same for every customer (0)), "
        "department_breadth_365d (unknown for every customer);" in reason
    )
    rows = scored(no_nights, MONDAY)
    assert len(rows) == len(features)
    said = " ".join(str(sentence) for row in rows for sentence in row[2:])
    assert "return" not in said
    assert "department" not in said
    known = no_nights.rows(
        "select feature, count(*) from ml.cluster_profiles where z is not null group by all"
    )
    assert sorted(known) == sorted((name, 4) for name in planted().columns)


def test_without_any_feature_that_varies_there_is_no_model_and_all_are_named(
    no_nights: Nights,
) -> None:
    features = planted() * 0 + 7
    night = no_nights.run(MONDAY, features.assign(return_share_365d=np.nan))
    assert night.model is None
    assert decided(no_nights, MONDAY) == {
        "rejected": "no feature varies enough to group customers by; left out: "
        "recency_days (the same for every customer (7)), "
        "orders_365d (the same for every customer (7)), "
        "average_order_value_365d (the same for every customer (7)), "
        "return_share_365d (unknown for every customer)"
    }
    assert scored(no_nights, MONDAY) == []


def test_a_feature_that_becomes_unknown_for_all_is_left_out_at_the_next_refit(
    nights: Nights,
) -> None:
    before = nights.rows("select customer_id, segment_id from ml.behaviour_scores order by all")
    features = planted().assign(recency_days=np.nan)
    assert nights.run(TUESDAY, features).decision == "scored"
    rows = scored(nights, TUESDAY)
    assert len(rows) == len(features)
    # What is unknown is no reason.
    assert not any("last ordered" in str(sentence) for row in rows for sentence in row[2:])

    nights.run(NEXT_MONDAY, features)
    reason = decided(nights, NEXT_MONDAY)["promoted"]
    assert "new scales, since features that say something changed" in reason
    assert "; left out: recency_days (unknown for every customer);" in reason
    assert [row[:2] for row in scored(nights, NEXT_MONDAY)] == before


@pytest.mark.parametrize(("customers", "told"), [(0, "0 customers"), (1, "1 customer"), (3, "3")])
def test_hardly_any_customers_on_a_first_night_are_no_model_with_that_reason(
    no_nights: Nights, customers: int, told: str
) -> None:
    night = no_nights.run(MONDAY, planted().iloc[:customers])
    assert (night.model, night.decision) == (None, "rejected")
    reason = decided(no_nights, MONDAY)["rejected"]
    assert reason.startswith(told)
    assert reason.endswith("at least 50 needed to group them")
    assert "left out" not in reason
    assert scored(no_nights, MONDAY) == []
    assert not no_nights.models.exists()


@pytest.mark.parametrize("customers", [1, 3])
def test_fewer_customers_than_segments_are_scored_by_the_model_in_use(
    nights: Nights, customers: int
) -> None:
    before = nights.rows("select customer_id, segment_id from ml.behaviour_scores order by all")
    few = planted().sort_index().iloc[:customers]
    for day in (TUESDAY, NEXT_MONDAY):
        nights.run(day, few)
        assert [row[:2] for row in scored(nights, day)] == before[:customers]
    assert list(decided(nights, TUESDAY)) == ["scored"]
    assert sorted(decided(nights, NEXT_MONDAY)) == ["rejected", "scored"]
    assert "at least 50 needed" in decided(nights, NEXT_MONDAY)["rejected"]


def test_fewer_kinds_of_customers_than_clusters_are_grouped_in_as_many_as_there_are(
    no_nights: Nights,
) -> None:
    kinds = planted().groupby(lambda name: name.split("-")[0]).first().iloc[:3]
    rows = pd.concat([kinds] * 40)
    rows.index = pd.Index([f"C{number:03d}" for number in range(120)], name="customer_id")
    night = no_nights.run(MONDAY, rows)
    assert night.model is not None
    assert night.model.n_clusters == 3
    assert no_nights.rows(
        "select distinct reason from ml.cluster_candidates where n_clusters > 3"
    ) == [("only 3 customers differ from one another",)]
    assert (
        no_nights.rows("select count(*) from ml.behaviour_scores group by segment_id")
        == [(40,)] * 3
    )


@pytest.mark.parametrize("day", [TUESDAY, NEXT_MONDAY])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.inf, "`orders_365d` is infinite for 1 of 240 customers"),
        (-np.inf, "`orders_365d` is infinite for 1 of 240 customers"),
        (1e300, "`orders_365d` lies beyond ±1e[+]15 for 1 of 240 customers"),
    ],
)
def test_an_impossible_value_stops_the_night_by_name_and_leaves_every_row(
    nights: Nights, value: float, words: str, day: date
) -> None:
    before = nights.all_tables()
    features = planted()
    features.iloc[17, features.columns.get_loc("orders_365d")] = value
    with pytest.raises(ValueError, match=words):
        nights.run(day, features)
    assert nights.all_tables() == before


def test_one_enormous_but_possible_value_moves_nobody_else(nights: Nights) -> None:
    before = nights.rows("select customer_id, segment_id from ml.behaviour_scores order by all")
    features = planted()
    features.loc["often_much-007", "average_order_value_365d"] = 1e14
    for day in (TUESDAY, NEXT_MONDAY):
        night = nights.run(day, features)
        assert night.model is not None
        assert night.model.n_clusters == 4
        assert [row[:2] for row in scored(nights, day)] == before
    (sentence,) = {
        str(row[place])
        for row in scored(nights, NEXT_MONDAY)
        if row[0] == "often_much-007"
        for place in (2, 3, 4)
        if "per order" in str(row[place])
    }
    assert "100,000,000,000,000" in sentence
