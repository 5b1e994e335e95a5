"""Nights of the behaviour segments one after the other, on tables of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.challenger import is_held_out
from models.errors import ArtifactError
from models.vocabulary import Language
from orchestration.behaviour import BehaviourNight, run_behaviour
from orchestration.behaviour_history import (
    champion,
    drifted_long,
    places_before,
    rejected_on_drift,
)
from orchestration.ml_tables import TABLES, create_ml_schema

MONDAY = date(2026, 3, 2)
GROUPS = {
    "often_much": (5, 60, 120),
    "often_little": (8, 50, 15),
    "seldom_much": (60, 6, 110),
    "seldom_little": (90, 4, 14),
}
FEATURES = ["recency_days", "orders_365d", "average_order_value_365d"]


def planted(size: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(7)
    frames = [
        pd.DataFrame(
            np.exp(random.normal(0, 0.15, (size, 3))) * np.array(centre),
            columns=FEATURES,
            index=pd.Index([f"{name}-{row:03d}" for row in range(size)], name="customer_id"),
        )
        for name, centre in GROUPS.items()
    ]
    return pd.concat(frames)


@dataclass
class Nights:
    connection: duckdb.DuckDBPyConnection
    models: Path

    def run(
        self, day: date, features: pd.DataFrame, *, language: Language = "en"
    ) -> BehaviourNight:
        run_id = f"run of {day}"
        return run_behaviour(self.connection, self.models, features, day, run_id, language=language)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def all_tables(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.rows(f"select * from ml.{name} order by all") for name in TABLES}

    def decisions(self, day: date) -> list[str]:
        found = self.rows(
            f"select decision from ml.model_runs where as_of_date = date '{day}' order by all"
        )
        return [decision for (decision,) in found]


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        yield Nights(connection, tmp_path / "models")


def shifted(features: pd.DataFrame) -> pd.DataFrame:
    """All buy twice as dear: no segment is another than before, but the feature has drifted."""
    return features.assign(average_order_value_365d=features["average_order_value_365d"] * 2)


def test_drift_leads_to_a_refit_on_the_third_night_running_and_not_before(nights: Nights) -> None:
    features = planted()
    days = [MONDAY + timedelta(days=number) for number in range(5)]
    nights.run(days[0], features)
    # One night of drift, then one without: counting begins anew.
    nights.run(days[1], shifted(features))
    nights.run(days[2], features)
    for day in (days[3], days[4]):
        assert nights.run(day, shifted(features)).decision == "scored"
    third = nights.run(days[4] + timedelta(days=1), shifted(features))

    assert third.decision in {"promoted", "rejected"}
    assert "drift for three nights running: average_order_value_365d" in third.runs[-1].reason
    drifted = nights.rows(
        "select as_of_date, feature from ml.feature_drift where is_drifted order by all"
    )
    assert drifted == [
        (day, "average_order_value_365d")
        for day in (days[1], days[3], days[4], days[4] + timedelta(days=1))
    ]
    assert nights.rows("select count(*) from ml.model_runs where drift_max_psi > 0.5")[0][0] >= 3


def add_run(nights: Nights, day: date, decision: str, far_share: float = 0.0) -> None:
    nights.connection.execute(
        "insert into ml.model_runs by name select ?::date as as_of_date, 'run' as run_id, "
        "'behaviour-1' as model_id, 'behaviour' as kind, ? as decision, ?::double as far_share, "
        "0.05 as far_share_limit",
        [day, decision, far_share],
    )


def test_a_refit_on_drift_that_was_rejected_is_tried_again_on_monday(nights: Nights) -> None:
    add_run(nights, MONDAY, "rejected")
    wednesday = MONDAY + timedelta(days=2)
    # Monday's own refit was no refit on drift.
    assert rejected_on_drift(nights.connection, wednesday) is None
    add_run(nights, wednesday, "rejected")
    assert rejected_on_drift(nights.connection, wednesday) is None
    assert rejected_on_drift(nights.connection, wednesday + timedelta(days=4)) == wednesday
    assert rejected_on_drift(nights.connection, wednesday + timedelta(days=5)) is None


def test_customers_far_from_all_are_drift_after_three_existing_nights(nights: Nights) -> None:
    def lasting(day: date) -> list[str]:
        return drifted_long(
            nights.connection, "behaviour-1", day, drifted_tonight=set(), is_far_tonight=True
        )

    add_run(nights, MONDAY, "scored", 0.04)
    add_run(nights, MONDAY + timedelta(days=3), "scored", 0.06)
    assert lasting(MONDAY + timedelta(days=4)) == []
    add_run(nights, MONDAY + timedelta(days=9), "scored", 0.06)
    assert lasting(MONDAY + timedelta(days=12)) == ["customers far from every segment"]
    # Later nights do not matter to an earlier one.
    assert lasting(MONDAY + timedelta(days=4)) == []


def test_a_week_without_drift_learns_on_monday_alone(nights: Nights) -> None:
    features = planted()
    for number in range(8):
        nights.run(MONDAY + timedelta(days=number), features)
    learned = nights.rows(
        "select distinct as_of_date from ml.model_runs where decision <> 'scored' order by all"
    )
    assert learned == [(MONDAY,), (MONDAY + timedelta(days=7),)]


def test_a_refit_that_is_rejected_leaves_its_reason_and_the_model_in_use_scores(
    nights: Nights,
) -> None:
    features = planted(120)
    first = nights.run(MONDAY, features)
    assert first.model is not None
    others = ~is_held_out(features.index)
    worse = features.copy()
    middle = np.exp(np.log(features).mean())
    worse.loc[others] = np.exp(0.75 * np.log(features.loc[others]) + 0.25 * np.log(middle))
    night = nights.run(MONDAY + timedelta(days=7), worse)

    assert night.model is not None
    assert night.model.model_id == first.model.model_id
    assert nights.decisions(MONDAY + timedelta(days=7)) == ["rejected", "scored"]
    [(reason, model_id)] = nights.rows(
        "select decision_reason, model_id from ml.model_runs where decision = 'rejected'"
    )
    assert "rejected: worse than the model in use" in reason
    assert model_id != first.model.model_id
    assert not (nights.models / model_id).exists()
    assert set(nights.rows("select distinct model_id from ml.behaviour_scores")) == {
        (first.model.model_id,)
    }


def test_customers_too_few_to_learn_from_are_scored_by_the_model_in_use(nights: Nights) -> None:
    features = planted()
    nights.run(MONDAY, features)
    nights.run(MONDAY + timedelta(days=7), features.iloc[:20])
    assert nights.decisions(MONDAY + timedelta(days=7)) == ["rejected", "scored"]
    assert nights.rows("select count(*) from ml.behaviour_scores where as_of_date > '2026-03-02'")[
        0
    ] == (20,)


def test_other_features_are_learned_at_once_and_ids_are_kept(nights: Nights) -> None:
    features = planted()
    before = nights.run(MONDAY, features)
    more = features.assign(
        return_share_365d=np.random.default_rng(1).uniform(0, 0.2, len(features))
    )
    tuesday = nights.run(MONDAY + timedelta(days=1), more)
    assert tuesday.decision == "promoted"
    assert "the list of features changed (new: ['return_share_365d'], gone: [])" in tuesday.reason
    fewer = nights.run(MONDAY + timedelta(days=2), features.drop(columns="recency_days"))
    assert fewer.decision == "promoted"
    assert before.model is not None
    for night in (tuesday, fewer):
        assert night.model is not None
        assert night.model.segment_ids == before.model.segment_ids


def test_a_night_that_is_run_again_leaves_the_same_rows(nights: Nights) -> None:
    features = planted()
    days = [MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)]
    for day in days:
        nights.run(day, features if day == MONDAY else shifted(features))
    once = nights.all_tables()
    nights.run(days[-1], shifted(features))
    assert nights.all_tables() == once


def test_border_customers_start_from_the_latest_night_before(nights: Nights) -> None:
    features = planted()
    for number in (0, 1, 3):
        nights.run(MONDAY + timedelta(days=number), features)
    nights.connection.execute(
        "update ml.behaviour_scores set segment_id = 'behaviour.b99', nights_across = 2 "
        "where as_of_date = date '2026-03-03'"
    )
    places = places_before(nights.connection, MONDAY + timedelta(days=3))
    assert places is not None
    assert set(places["segment_id"]) == {"behaviour.b99"}
    assert set(places["nights_across"]) == {2}
    assert places_before(nights.connection, MONDAY) is None


def test_of_a_thinned_night_the_changes_tell_where_customers_stood(nights: Nights) -> None:
    features = planted()
    nights.run(MONDAY, features)
    nights.connection.execute("delete from ml.behaviour_scores")
    nights.connection.execute("create schema segments")
    nights.connection.execute(
        "create table segments.segment_changes as select * from (values "
        "('a', 'behaviour', date '2026-02-01', 'behaviour.b01'), "
        "('a', 'behaviour', date '2026-03-01', 'behaviour.b02'), "
        "('a', 'behaviour', date '2026-03-09', 'behaviour.b03'), "
        "('b', 'behaviour', date '2026-02-01', 'behaviour.b01'), "
        "('b', 'behaviour', date '2026-03-01', null), "
        "('c', 'rfm', date '2026-02-01', 'rfm.lost')"
        ") as rows (customer_id, scheme, as_of_date, to_segment_id)"
    )
    places = places_before(nights.connection, MONDAY + timedelta(days=1))
    assert places is not None
    assert places["segment_id"].to_dict() == {"a": "behaviour.b02"}


def test_a_back_dated_night_is_scored_by_no_later_model_and_takes_its_ids(nights: Nights) -> None:
    features = planted()
    later = nights.run(MONDAY, features)
    earlier = nights.run(MONDAY - timedelta(days=20), features)
    assert later.model is not None
    assert earlier.model is not None
    assert earlier.model.trained_on == MONDAY - timedelta(days=20)
    assert earlier.model.segment_ids == later.model.segment_ids
    between = nights.run(MONDAY - timedelta(days=3), features)
    assert between.model is not None
    assert between.model.model_id == earlier.model.model_id
    current = champion(nights.connection, nights.models, MONDAY + timedelta(days=1))
    assert current is not None
    assert current.model_id == later.model.model_id


def test_a_lost_model_stops_the_night_and_says_how_to_go_on(nights: Nights) -> None:
    features = planted()
    first = nights.run(MONDAY, features)
    assert first.model is not None
    folder = nights.models / first.model.model_id
    folder.rename(nights.models / "elsewhere")
    before = nights.all_tables()
    with pytest.raises(ArtifactError, match="restore the folder") as caught:
        nights.run(MONDAY + timedelta(days=1), features)
    assert nights.all_tables() == before
    marker = Path(f"{folder}.given-up")
    assert str(marker) in str(caught.value)

    marker.touch()
    again = nights.run(MONDAY + timedelta(days=1), features)
    assert again.decision == "promoted"
    assert again.model is not None
    assert set(again.model.segment_ids).isdisjoint(first.model.segment_ids)


def test_a_warehouse_of_before_gets_the_new_columns(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("create schema ml")
        connection.execute(
            "create table ml.behaviour_scores (as_of_date date not null, run_id varchar not null, "
            "customer_id varchar not null, model_id varchar not null, segment_id varchar not null, "
            "score double not null, margin double, is_borderline boolean not null, "
            "next_segment_id varchar, reason_1 varchar, reason_2 varchar, reason_3 varchar)"
        )
        create_ml_schema(connection)
        create_ml_schema(connection)
        Nights(connection, tmp_path / "models").run(MONDAY, planted())
        assert connection.execute(
            "select count(*) from ml.behaviour_scores where nearest_segment_id = segment_id "
            "and nights_across = 0"
        ).fetchone() == (240,)


def test_another_language_tells_the_same_night_in_other_words(nights: Nights) -> None:
    features = planted()
    nights.run(MONDAY, features)
    tuesday = MONDAY + timedelta(days=1)
    facts = "* exclude (as_of_date, run_id, reason_1, reason_2, reason_3)"

    nights.run(tuesday, features, language="zh")

    english, chinese = (
        nights.rows(
            f"select {facts} from ml.behaviour_scores where as_of_date = '{day}' order by all"
        )
        for day in (MONDAY, tuesday)
    )
    assert english == chinese
    told = "select count(*), count(*) filter (regexp_matches(reason_1, '[一-龥]'))"
    for day, expected in ((MONDAY, (240, 0)), (tuesday, (240, 240))):
        assert nights.rows(f"{told} from ml.behaviour_scores where as_of_date = '{day}'") == [
            expected
        ]
    rules = nights.rows(
        "select rule_text_zh, description_zh, short_rule, short_rule_zh, typical_customer_zh, "
        "rule_precision from ml.behaviour_segments"
    )
    assert len(rules) == len({segment for (segment, *_) in rules}) == 4
    assert all(text is not None for row in rules for text in row)
