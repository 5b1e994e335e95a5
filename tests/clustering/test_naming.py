import itertools

import pandas as pd
import pytest

from models.feature_words import WORDS
from models.name_rules import NAME_RULES, first_rule
from models.naming import SegmentName, name_segments
from models.vocabulary import LANGUAGES

FEATURES = list(WORDS)


def profiles(z_by_segment: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Return profiles with these z; means are 100 + 10 z against a base of 100."""
    rows = [
        (segment, feature, 100 + 10 * z, 100.0, 100 + 10 * z, z)
        for segment, zs in z_by_segment.items()
        for feature, z in zs.items()
    ]
    columns = ["segment_id", "feature", "mean", "base_mean", "index_vs_base", "z"]
    return pd.DataFrame(rows, columns=columns)


def names_of(z_by_segment: dict[str, dict[str, float]]) -> dict[str, str]:
    named = name_segments(profiles(z_by_segment))
    return {segment: name.segment_name for segment, name in named.items()}


@pytest.mark.parametrize(
    ("z", "name"),
    [
        ({"orders_365d": 1.0, "average_order_value_365d": 0.8}, "Big-Basket Regulars"),
        ({"orders_365d": 1.0, "average_order_value_365d": -0.8}, "Small-Basket Regulars"),
        ({"orders_365d": 1.0, "average_order_value_365d": 0.0}, "Regulars"),
        ({"orders_365d": -0.5, "lines_per_order_365d": 0.8}, "Big-Basket Occasionals"),
        ({"orders_365d": -1.5, "recency_days": 1.5}, "Drifted Buyers"),
        ({"orders_365d": 1.0, "discount_share_365d": 1.2}, "Deal-Seeking Regulars"),
        ({"return_share_365d": 3.0, "orders_365d": 2.0}, "Heavy Returners"),
        ({"orders_365d": 0.1, "recency_days": 0.2}, "Mainstream"),
        ({}, "Mainstream"),
        ({"something_new": 2.0}, "Mainstream"),
    ],
)
def test_the_first_predicate_that_holds_gives_the_name(z: dict[str, float], name: str) -> None:
    assert first_rule(z).name == name


def test_every_profile_on_a_grid_gets_a_name() -> None:
    for values in itertools.product([-1.5, 0.0, 1.5], repeat=len(FEATURES)):
        assert first_rule(dict(zip(FEATURES, values, strict=True))).name


def test_names_do_not_depend_on_what_the_segments_are_called() -> None:
    often, seldom = {"orders_365d": 1.0}, {"orders_365d": -1.0}
    one, other = names_of({"b01": often, "b02": seldom}), names_of({"b02": often, "b01": seldom})
    assert (one["b01"], one["b02"]) == (other["b02"], other["b01"]) == ("Regulars", "Occasionals")


def test_two_of_a_name_are_told_apart_by_what_differs_most() -> None:
    broad = {"orders_365d": 1.0, "department_breadth_365d": 1.0, "recency_days": -0.1}
    narrow = {"orders_365d": 1.1, "department_breadth_365d": -1.0, "recency_days": 0.1}
    assert names_of({"b01": broad, "b02": narrow}) == {
        "b01": "Regulars: more departments",
        "b02": "Regulars: fewer departments",
    }


def test_names_stay_distinct_when_many_segments_differ_in_one_feature_only() -> None:
    many = {f"b{step:02d}": {"orders_365d": 1 + step / 1000} for step in range(12)}
    named = name_segments(profiles(many))
    assert len({name.segment_name for name in named.values()}) == 12
    assert len({name.segment_name_zh for name in named.values()}) == 12


def test_two_segments_alike_in_everything_are_refused() -> None:
    with pytest.raises(ValueError, match="they are one segment"):
        names_of({"b01": {"orders_365d": 1.0}, "b02": {"orders_365d": 1.0}})


def test_a_segment_without_any_usable_feature_still_gets_a_name() -> None:
    frame = profiles({"b01": {"orders_365d": 1.0}}).assign(z=float("nan"))
    assert name_segments(frame)["b01"].segment_name == "Mainstream"


def test_names_and_comparatives_are_distinct_in_both_languages() -> None:
    assert len({rule.name for rule in NAME_RULES}) == len(NAME_RULES)
    assert len({rule.name_zh for rule in NAME_RULES}) == len(NAME_RULES)
    for language in LANGUAGES:
        words = [word[language] for word in WORDS.values()]
        assert len({text for word in words for text in (word.more, word.less)}) == 18


def test_texts_hold_figures_in_natural_units_and_the_predicate() -> None:
    named = name_segments(profiles({"b01": {"orders_365d": 1.0, "recency_days": 0.1}}))["b01"]
    assert "orders in 365 days 110 (all customers 100)" in named.rule_text
    assert named.rule_text.endswith(
        "Named for: orders in 365 days and months with an order above all customers (z ≥ 0.3)."
    )
    assert named.description
    assert named.recommended_action
    assert named.rule_text_zh is not None
    assert "近365天订单数110（全部客户100）" in named.rule_text_zh
    assert named.rule_text_zh.endswith(
        "命名依据：近365天订单数和有订单的月数高于全部客户（z ≥ 0.3）。"
    )


def test_every_name_says_who_and_what_to_do_in_both_languages() -> None:
    for texts in ("description", "recommended_action"):
        for rule in NAME_RULES:
            en, zh = getattr(rule, texts), getattr(rule, f"{texts}_zh")
            assert en.isascii(), en
            assert zh.endswith("。"), zh
            assert not zh.isascii(), zh


def renamed(old_z: float, new_z: float) -> tuple[SegmentName, SegmentName]:
    old = name_segments(profiles({"b01": {"orders_365d": old_z}}))
    return old["b01"], name_segments(profiles({"b01": {"orders_365d": new_z}}), previous=old)["b01"]


@pytest.mark.parametrize(("old_z", "new_z"), [(0.35, 0.2), (0.2, 0.4), (-0.35, -0.2)])
def test_a_name_survives_a_small_step_over_its_limit(old_z: float, new_z: float) -> None:
    old, new = renamed(old_z, new_z)
    assert new.segment_name == old.segment_name
    assert new.rule_text != old.rule_text


@pytest.mark.parametrize(("old_z", "new_z"), [(0.35, 0.1), (0.2, 0.5), (0.5, -0.5)])
def test_a_name_that_has_become_wrong_is_given_up(old_z: float, new_z: float) -> None:
    old, new = renamed(old_z, new_z)
    assert new.segment_name != old.segment_name


def test_a_new_segment_like_an_old_one_takes_the_addition_and_the_old_keeps_its_name() -> None:
    old = name_segments(profiles({"b01": {"orders_365d": 1.0, "recency_days": 0.0}}))
    both = {
        "b01": {"orders_365d": 1.0, "recency_days": 0.0},
        "b02": {"orders_365d": 1.0, "recency_days": 0.9},
    }
    named = name_segments(profiles(both), previous=old)
    assert named["b01"].segment_name == "Regulars"
    assert named["b02"].segment_name == "Regulars: longer away"
