from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.churn import churn_features
from models.customer_histories import is_active
from models.leaks import find_leaks

CUTOFF, NIGHT = pd.Timestamp("2023-06-01"), pd.Timestamp("2023-12-30")
Parts = tuple[pd.DataFrame, pd.DataFrame, pd.Series]


@pytest.fixture(scope="module")
def honest(seasonless_log: Any) -> Parts:
    """Return the features trained on, the same from the rows known then, and the label."""
    past = seasonless_log.past(CUTOFF, night=NIGHT).set_index("customer_id")
    known_then = seasonless_log.until(CUTOFF).histories(CUTOFF)
    churned = (past["order_days_next_90d"] == 0).astype(float)[is_active(past)]
    return churn_features(past, None), churn_features(known_then, None), churned


def test_honest_features_have_no_leak(honest: Parts) -> None:
    used, known_then, label = honest
    assert find_leaks(used, known_then, label=label).empty


def test_a_planted_leak_is_found_and_nothing_else(honest: Parts, seasonless_log: Any) -> None:
    used, known_then, label = honest
    # The window of 92 days ends ten days too late: it counts orders after the cutoff.
    late = seasonless_log.histories(CUTOFF + pd.Timedelta(days=10))["order_days_92d"]
    leaking = used.assign(order_days_92d=np.log1p(late.reindex(used.index)))
    found = find_leaks(leaking, known_then, label=label)
    assert [*found["feature"]] == ["order_days_92d"]
    assert [*found["finding"]] == ["differs"]
    assert 0.1 < found["measured"].iloc[0] < 1.0


def test_a_leak_of_a_single_customer_is_found(honest: Parts) -> None:
    used, known_then, label = honest
    leaking = used.copy()
    leaking.iloc[0, leaking.columns.get_loc("tenure")] += 1e-6
    found = find_leaks(leaking, known_then, label=label)
    assert [*found["feature"]] == ["tenure"]
    assert found["measured"].iloc[0] == pytest.approx(1 / len(used), abs=1e-9)


def test_a_feature_that_tells_the_label_is_too_good_even_if_it_was_stored_then(
    honest: Parts,
) -> None:
    used, known_then, label = honest
    random = np.random.default_rng(0)
    noise = pd.Series(random.normal(0, 0.1, size=len(used)), index=used.index)
    told = noise - label.reindex(used.index).fillna(0.0)
    found = find_leaks(
        used.assign(status=told), known_then.assign(status=told), label=label
    ).set_index("feature")
    assert [*found.index] == ["status"]
    assert found.loc["status", "finding"] == "too_good"
    assert float(found.loc["status", "measured"]) > float(found.loc["status", "limit"])


def test_a_customer_or_a_feature_that_was_not_there_then_is_a_leak(honest: Parts) -> None:
    used, known_then, label = honest
    found = find_leaks(used, known_then.iloc[1:], label=label)
    assert set(found["feature"]) == set(used.columns)
    found = find_leaks(used, known_then.drop(columns="tenure"), label=label)
    assert found[["feature", "measured"]].to_numpy().tolist() == [["tenure", 1.0]]
