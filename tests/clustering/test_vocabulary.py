import pytest

from models.vocabulary import WORDS, money, number, words_for


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
    words = words_for(feature)
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


def test_every_feature_has_a_name_in_both_languages() -> None:
    assert all(words.label and words.label_zh for words in WORDS.values())
