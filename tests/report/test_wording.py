"""Numbers, amounts and texts of the page."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.reporting import wording as module
from orchestration.reporting.figures import Group
from orchestration.reporting.wording import wording

WORDS = wording("en", "USD")


def test_both_languages_have_the_same_texts_with_the_same_gaps() -> None:
    texts = json.loads(Path(module.__file__).with_name("strings.json").read_text("utf-8"))
    gaps = {
        language: {
            key: sorted(part.split("}")[0] for part in text.split("{")[1:])
            for key, text in of_language.items()
        }
        for language, of_language in texts.items()
    }
    assert gaps["en"] == gaps["zh"]


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (Decimal("1234567.50"), "$1,234,568"),
        (Decimal("-12.40"), "−$12"),
        (Decimal("0.5"), "$1"),
        (0, "$0"),
        (None, "–"),
    ],
)
def test_money_has_separators_and_no_cents(amount: Decimal | None, told: str) -> None:
    assert WORDS.money(amount) == told


@pytest.mark.parametrize(
    ("customers", "told", "spend"),
    [(0, "0", "$500"), (1, "*", "*"), (9, "*", "*"), (10, "10", "$500")],
)
def test_groups_of_one_to_nine_are_hidden(customers: int, told: str, spend: str) -> None:
    group = Group(customers, Decimal(500))
    assert (WORDS.customers(group), WORDS.spend(group)) == (told, spend)
    assert WORDS.customers(Group(customers, Decimal(500), is_complement=True)) == "*"


@pytest.mark.parametrize(
    ("share", "told"), [(0.0, "0%"), (0.001, "<1%"), (0.434, "43%"), (1.0, "100%"), (None, "–")]
)
def test_shares_are_whole_percentages(share: float | None, told: str) -> None:
    assert WORDS.share(share) == told


@pytest.mark.parametrize(("value", "told"), [(0.0, "0"), (12345.0, "12,345"), (0.6752, "0.6752")])
def test_what_a_check_measured_keeps_its_digits(value: float, told: str) -> None:
    assert WORDS.measured(value) == told


def test_a_text_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="no 'nonsense' in 'en'"):
        WORDS("nonsense")
