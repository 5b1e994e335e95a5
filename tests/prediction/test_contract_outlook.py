"""Churn by contract on planted customers whose chances are known."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.churn_model import ChurnModel
from models.contract_histories import checked_contracts
from models.contract_outlook import (
    CONTRACT_FEATURES,
    contract_customers,
    contract_features,
    contract_outlook,
    plain_cells,
)
from models.outlook import Outlook
from models.plain_rules import PlainRules

NIGHT = date(2026, 6, 30)
DAYS_BACK = (90, 120, 150, 180, 210, 240)
EFFECT = 1.5
"""Planted: of the log of the fall of the balance in 90 days, on the log odds of leaving."""


def customers(random: np.random.Generator, size: int) -> pd.DataFrame:
    before = np.exp(random.normal(6, 1, size=size))
    fall = np.where(random.random(size) < 0.5, random.gamma(2.0, 0.5, size=size), 0.0)
    balance = (1 + before) * np.exp(-fall) - 1
    held = balance > 0
    contracts = np.where(held, random.integers(0, 4, size=size), 1)
    return pd.DataFrame(
        {
            "tenure_days": random.integers(1, 2000, size=size),
            "latest_contract_days": np.where(
                contracts > 0, random.integers(0, 300, size=size), np.nan
            ),
            "active_contracts": contracts,
            "ended_contracts_365d": random.integers(0, 2, size=size),
            "balance": np.where(held, balance, np.nan),
            "balance_30d_ago": np.where(held, np.sqrt(balance.clip(0) * before), np.nan),
            "balance_90d_ago": np.where(held, before, np.nan),
            "order_days_92d": random.integers(0, 20, size=size),
            "order_days_365d": random.integers(20, 60, size=size),
        },
        index=pd.Index([f"c{number:05}" for number in range(size)], name="customer_id"),
    )


def planted(size: int, effect: float = EFFECT) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tonight's customers, and past nights whose log odds were effect x fall - 3."""
    random = np.random.default_rng(4)
    nights = []
    for back in DAYS_BACK:
        night = customers(random, size)
        fall = np.log1p(night["balance_90d_ago"]) - np.log1p(night["balance"])
        night["has_left"] = random.random(size) < expit(effect * fall.fillna(0.0) - 3)
        cutoff = NIGHT - timedelta(days=back)
        known_on = cutoff + timedelta(days=90)
        nights.append(night.reset_index().assign(cutoff_date=cutoff, label_known_on=known_on))
    return customers(random, size), pd.concat(nights, ignore_index=True)


def predict(tonight: pd.DataFrame, past: pd.DataFrame) -> Outlook:
    options: dict[str, Any] = {"as_of_date": NIGHT, "random_state": 3, "resamples": 60}
    return contract_outlook(tonight, past, **options)


@pytest.fixture(scope="module")
def data() -> tuple[pd.DataFrame, pd.DataFrame]:
    return planted(3000)


@pytest.fixture(scope="module")
def found(data: tuple[pd.DataFrame, pd.DataFrame]) -> Outlook:
    return predict(*data)


def model_of(found: Outlook) -> ChurnModel:
    [model] = [each for each in found.models if isinstance(each, ChurnModel)]
    return model


def test_the_planted_effect_is_recovered_within_three_standard_errors(found: Outlook) -> None:
    parameters = found.parameters[found.parameters["kind"] == "churn"].set_index("parameter")
    model = model_of(found)
    scale = dict(zip(model.features, model.scales, strict=True))
    for name in model.features:
        slope = parameters.loc[name, "estimate"] / scale[name]
        error = parameters.loc[name, "standard_error"] / scale[name]
        assert abs(slope - (EFFECT if name == "decline_90d" else 0.0)) < 3 * error, name
    assert parameters.loc["calibration_slope", "estimate"] == pytest.approx(
        1.0, abs=3 * parameters.loc["calibration_slope", "standard_error"]
    )


def test_a_model_that_beats_tenure_and_decline_is_published_and_told(found: Outlook) -> None:
    assert found.prediction_source == "model"
    assert "churn_contract_90d: brier_skill" in found.prediction_reason
    assert "(tenure_and_decline) on 2026-04-01" in found.prediction_reason
    assert set(found.backtest["predictor"]) == {"churn_model", "tenure_and_decline", "difference"}
    assert set(found.backtest["metric"]) == {"brier_skill", "auc", "calibration_slope"}
    run = found.model_runs.set_index("kind").loc["churn"]
    assert (run["decision"], run["population"]) == ("promoted", 3000)
    assert "balance down by 80 %" in run["label"]


def test_everybody_with_a_contract_has_a_probability_and_nothing_else(
    found: Outlook, data: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    tonight = found.customers
    assert set(tonight.index) == set(data[0].index)
    assert tonight["churn_probability"].between(0, 1).all()
    nothing = ["p_alive", "expected_orders_90d", "expected_spend_365d", "is_extrapolated"]
    assert tonight[nothing].isna().all(axis=None)
    assert set(tonight["value_prediction_source"]) == {"none"}
    assert "contract" in found.value_prediction_reason


def test_features_that_nobody_or_everybody_has_are_left_out_and_named(
    found: Outlook, data: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    tonight, past = data
    same = {"ended_contracts_365d": 0, "order_days_92d": 1}
    other = predict(tonight, past.assign(**same))
    left_out = {"ended_contracts", "order_days_92d"}
    assert set(model_of(other).features) == {*CONTRACT_FEATURES} - left_out
    words = "left out, unknown or the same for everybody: ended_contracts, order_days_92d"
    assert words in other.prediction_reason
    assert "left out" not in found.prediction_reason


def test_a_model_without_anything_to_tell_is_not_published() -> None:
    plain = predict(*planted(1500, effect=0.0))
    assert plain.prediction_source == "baseline"
    assert "not shown to beat the base rate" in plain.prediction_reason
    decisions = plain.model_runs.set_index("kind")["decision"]
    assert (decisions["churn"], decisions["plain_rules"]) == ("rejected", "promoted")


def test_published_figures_are_those_of_the_model_or_the_rule(
    found: Outlook, data: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    [rules] = [each for each in found.models if isinstance(each, PlainRules)]
    now = checked_contracts(data[0])
    again = contract_customers(now, model_of(found), rules, found.prediction_source)
    pd.testing.assert_frame_equal(again, found.customers)
    plain = contract_customers(now, None, rules, "baseline")["churn_probability"]
    assert plain.groupby(plain_cells(now)).nunique().max() == 1
    assert plain.nunique() > 6


def test_a_young_account_says_what_is_missing(data: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    tonight, past = data
    young = predict(tonight, past.head(0))
    assert young.prediction_source == "none"
    assert young.prediction_reason == "no past night whose next 90 days are over"
    assert young.customers["churn_probability"].isna().all()
    one = predict(tonight, past[past["cutoff_date"] == NIGHT - timedelta(days=90)])
    assert one.prediction_source == "baseline"
    assert "no night to hold out" in one.prediction_reason


def test_nobody_leaving_teaches_nothing(data: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    found = predict(data[0], data[1].assign(has_left=0.0))
    assert found.prediction_source == "none"
    assert "0 of 3000 customers of 2026-04-01 left" in found.prediction_reason


def test_few_who_leave_fall_back_on_the_rule(data: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    tonight, past = data
    few = past.assign(has_left=past["has_left"] & past["customer_id"].lt("c00100"))
    found = predict(tonight, few)
    assert found.prediction_source == "baseline"
    assert "have the rarer outcome" in found.prediction_reason


@pytest.mark.parametrize("size", [0, 1])
def test_one_customer_or_none_is_no_error(
    data: tuple[pd.DataFrame, pd.DataFrame], size: int
) -> None:
    tonight, past = data
    found = predict(tonight.head(size), past[past["customer_id"].isin(tonight.index[:size])])
    assert len(found.customers) == size
    assert found.prediction_source == "none"


def test_enormous_balances_stay_probabilities(data: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    tonight, past = data
    huge = tonight.assign(balance=1e14, balance_90d_ago=1e-4, latest_contract_days=np.nan)
    huge = huge.assign(active_contracts=0)
    found = predict(huge, past)
    assert found.customers["churn_probability"].between(0, 1).all()


@pytest.mark.parametrize(
    ("column", "value"),
    [("balance", np.inf), ("tenure_days", -1), ("active_contracts", np.nan)],
)
def test_impossible_histories_are_refused(
    data: tuple[pd.DataFrame, pd.DataFrame], column: str, value: float
) -> None:
    tonight = data[0].astype("float64")
    tonight.iloc[3, tonight.columns.get_loc(column)] = value  # type: ignore[index]
    with pytest.raises(ValueError, match="1 of 3000 contract histories are impossible"):
        predict(tonight, data[1])


def test_a_label_from_the_future_is_refused(data: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    late = data[1].assign(label_known_on=NIGHT + timedelta(days=1))
    with pytest.raises(ValueError, match="train on past nights only"):
        predict(data[0], late)


def test_features_and_cells_equal_hand_computed_values() -> None:
    histories = checked_contracts(
        pd.DataFrame(
            {
                "tenure_days": [100, 30, 2000],
                "latest_contract_days": [9, np.nan, 0],
                "active_contracts": [2, 0, 1],
                "ended_contracts_365d": [1, 0, 0],
                "balance": [99.0, 10.0, np.nan],
                "balance_30d_ago": [99.0, np.nan, np.nan],
                "balance_90d_ago": [199.0, np.nan, np.nan],
                "order_days_92d": [3, 0, 0],
                "order_days_365d": [7, 0, 0],
            },
            index=["ann", "bob", "cat"],
        )
    )
    features = contract_features(histories)
    assert [*features.columns] == [*CONTRACT_FEATURES]
    np.testing.assert_allclose(features["contract_age"], np.log([10, 1, 1]))
    np.testing.assert_allclose(features["balance"], np.log([100, 11, 1]))
    np.testing.assert_allclose(features["decline_90d"], [np.log(2), 0, 0])
    np.testing.assert_allclose(features["decline_30d"], 0)
    np.testing.assert_allclose(features["free_decline_90d"], 0)
    # 99 is less than half of 199: state 2, second band; no balance before: state 0.
    assert plain_cells(histories).tolist() == [4 * 2 + 1, 0, 3]
