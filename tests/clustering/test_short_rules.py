"""Short rules say who is in a segment, with the fidelity of what is told."""

import numpy as np
import pandas as pd
import pytest

from models.segmenter import FittedBehaviour
from models.short_rules import TypicalCustomer, short_rules, typical_customers
from models.transforms import FeatureTransform, Scaler


def scaler_of(*names: str) -> Scaler:
    return Scaler(
        tuple(
            FeatureTransform(
                name, fill=1.0, lower=0, upper=1e9, is_logged=False, centre=0.0, scale=1.0
            )
            for name in names
        ),
        (),
    )


def customers(values: dict[str, list[float]]) -> pd.DataFrame:
    frame = pd.DataFrame(values, dtype="float64")
    return frame.set_axis([f"c{row:03d}" for row in range(len(frame))])


def test_a_rule_counts_the_customers_that_meet_it_by_hand() -> None:
    # Above 25 orders are 40 customers, of whom 38 belong; two more belong and have 10.
    features = customers({"orders_365d": [30.0] * 40 + [10.0] * 60})
    members = pd.Series(["b01"] * 38 + ["b02"] * 2 + ["b01"] * 2 + ["b02"] * 58, features.index)
    rules = short_rules(features, members, scaler=scaler_of("orders_365d"))
    assert [(each.lower, each.upper) for each in rules["b01"].conditions] == [(20.0, np.inf)]
    assert rules["b01"].precision == pytest.approx(38 / 40)
    assert rules["b01"].recall == pytest.approx(38 / 40)
    assert rules["b01"].text("en") == (
        "In short: orders in 365 days above 20 (95% of these are in the segment, 95% of the "
        "segment are these)."
    )
    assert rules["b01"].text("zh") == (
        "简而言之：近365天订单数高于20（符合者中95%属于该分层，该分层中95%符合）。"
    )
    assert rules["b02"].precision == pytest.approx(58 / 60)


def test_fidelity_is_that_of_the_rounded_thresholds_that_are_told() -> None:
    # The tree parts at 1234.5, which is told as 1200: the 30 customers of 1230 then meet it.
    features = customers({"orders_365d": [1239.0] * 50 + [1230.0] * 30 + [1.0] * 20})
    members = pd.Series(["b01"] * 50 + ["b02"] * 50, features.index)
    rule = short_rules(features, members, scaler=scaler_of("orders_365d"))["b01"]
    assert [each.lower for each in rule.conditions] == [1200.0]
    assert rule.precision == pytest.approx(50 / 80)
    assert rule.recall == 1.0


def test_a_segment_like_any_other_has_no_rule() -> None:
    random = np.random.default_rng(0)
    features = customers({"orders_365d": list(random.normal(50, 5, 400))})
    members = pd.Series(random.choice(["b01", "b02", "b03", "b04"], 400), features.index)
    rules = short_rules(features, members, scaler=scaler_of("orders_365d"))
    assert {rule.text("en") for rule in rules.values()} == {
        "In short: no few conditions single it out."
    }
    assert {rule.text("zh") for rule in rules.values()} == {
        "简而言之：没有少数几个条件能把它单独划出来。"
    }
    assert {rule.told("en") for rule in rules.values()} == {None}


def test_unknown_values_count_as_the_model_takes_them() -> None:
    features = customers({"orders_365d": [30.0] * 40 + [np.nan] * 60})
    members = pd.Series(["b01"] * 40 + ["b02"] * 60, features.index)
    rules = short_rules(features, members, scaler=scaler_of("orders_365d"))
    assert (rules["b02"].precision, rules["b02"].recall) == (1.0, 1.0)


def test_the_typical_customer_is_the_nearest_to_the_centre_and_not_named() -> None:
    features = customers({"orders_365d": [30.0, 31.0, 3.0], "recency_days": [5.0, 6.0, 70.0]})
    members = pd.Series(["b01", "b01", "b02"], features.index)
    typical = typical_customers(
        features,
        members,
        np.array([2.0, 1.0, 0.5]),
        scaler=scaler_of("orders_365d", "recency_days"),
    )
    assert typical["b01"] == TypicalCustomer((("orders_365d", 31.0), ("recency_days", 6.0)))
    assert typical["b02"].text("en") == (
        "A typical customer: orders in 365 days 3; days since the last order 70."
    )
    assert typical["b02"].text("zh") == "典型客户：近365天订单数3；距上次订单天数70。"


def test_planted_groups_have_rules_of_high_fidelity(fitted: FittedBehaviour) -> None:
    for segment in fitted.model.segments:
        name = segment.name
        assert name.short_rule
        assert name.short_rule_zh
        assert f"In short: {name.short_rule} (" in name.rule_text
        assert f"A typical customer: {name.typical_customer}." in name.rule_text
        assert f"简而言之：{name.short_rule_zh}（" in str(name.rule_text_zh)
        assert f"典型客户：{name.typical_customer_zh}。" in str(name.rule_text_zh)
        assert name.rule_precision is not None
        assert name.rule_precision > 0.9
        assert name.rule_recall is not None
        assert name.rule_recall > 0.9
