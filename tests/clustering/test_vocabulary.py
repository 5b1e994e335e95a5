import pytest

from models.feature_words import WORDS, words_for
from models.vocabulary import LANGUAGES, Language, in_language, money, number


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        ("orders_365d", 30.0, "orders about every 12 days (typical: about every 36 days)"),
        ("orders_365d", 1.0, "orders about once a year (typical: about every 36 days)"),
        ("recency_days", 0.0, "ordered on the last day (typical: 10 days ago)"),
        ("recency_days", 1.0, "last ordered 1 day ago (typical: 10 days ago)"),
        ("average_order_value_365d", 1234.5, "spends 1,234 per order (typical: 10.00)"),
        ("lines_per_order_365d", 1.0, "puts 1 line in an order (typical: 10)"),
        ("return_share_365d", 0.0, "returned nothing (typical: 1000% of purchases)"),
        ("engagement_events_90d", 0.0, "did not engage in 90 days (typical: 10)"),
        ("basket_colour_mix", 2.5, "basket colour mix is 2.5 (typical: 10)"),
    ],
)
def test_values_become_sentences(feature: str, value: float, sentence: str) -> None:
    words = words_for(feature, "en")
    assert words.sentence(value, words.amount(10.0)) == sentence


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        ("orders_365d", 30.0, "下单频率约每12天一次（一般：约每36天一次）"),
        ("orders_365d", 1.0, "下单频率约每年一次（一般：约每36天一次）"),
        ("recency_days", 0.0, "最后一天下过单（一般：10天前）"),
        ("recency_days", 1.0, "上次下单在1天前（一般：10天前）"),
        ("average_order_value_365d", 1234.5, "每单消费1,234（一般：10.00）"),
        ("lines_per_order_365d", 1.0, "每单1行商品（一般：10行）"),
        ("active_months_365d", 3.0, "过去一年有3个月下过单（一般：10个月）"),
        ("discount_share_365d", 0.0, "购买不用折扣（一般优惠：1000%）"),
        ("return_share_365d", 0.0, "没有退货（一般退货占购买额：1000%）"),
        ("department_breadth_365d", 4.0, "从4个部门购买（一般：10个）"),
        ("engagement_events_90d", 0.0, "近90天没有互动（一般：10次）"),
        ("basket_colour_mix", 2.5, "basket colour mix为2.5（一般：10）"),
    ],
)
def test_values_become_chinese_sentences(feature: str, value: float, sentence: str) -> None:
    words = words_for(feature, "zh")
    assert words.sentence(value, words.amount(10.0)) == sentence


def test_numbers_have_no_more_digits_than_a_reader_needs() -> None:
    assert [number(value) for value in [0.0, -0.01, 3.0, 3.14, 9.96, 1234.5]] == [
        "0",
        "0",
        "3",
        "3.1",
        "10",
        "1,234",
    ]


def test_cents_are_shown_only_below_a_thousand() -> None:
    assert [money(value) for value in [12.3, 12345.6]] == ["12.30", "12,346"]


def test_every_feature_has_words_in_every_language() -> None:
    assert all(tuple(words) == LANGUAGES for words in WORDS.values())
    for language in LANGUAGES:
        labels = [words[language].label for words in WORDS.values()]
        assert len(set(labels)) == len(labels)


def test_nothing_is_said_in_a_language_that_nobody_declared() -> None:
    undeclared: Language = "fr"  # type: ignore[assignment]
    for feature in ("recency_days", "basket_colour_mix"):
        with pytest.raises(ValueError, match="Nothing is said in 'fr', only in en, zh"):
            words_for(feature, undeclared)
    with pytest.raises(ValueError, match="'fr'"):
        in_language("fr", en="yes", zh="是")
