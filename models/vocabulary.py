"""The languages that people are told things in, and how figures are written in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""English and Chinese; whatever is said is said in both."""

DAYS_PER_YEAR = 365.0

Told = TypeVar("Told")


def in_language(language: str, *, en: Told, zh: Told) -> Told:
    """Return what is said in a language; both stand side by side wherever this is called.

    Raises
    ------
    ValueError
        If the language is none of `LANGUAGES`.
    """
    said = {"en": en, "zh": zh}
    if language not in said:
        raise ValueError(f"Nothing is said in {language!r}, only in {', '.join(LANGUAGES)}.")
    return said[language]


@dataclass(frozen=True)
class Words:
    """How one feature is spoken of in one language.

    `label` names it; `more` and `less` say that a segment has more or less of it than others;
    `figure` writes a mean beside its label; `amount` writes a value in a sentence; `sentence` says
    a customer's own value, with the amount that is typical beside it.
    """

    label: str
    more: str
    less: str
    figure: Callable[[float], str]
    amount: Callable[[float], str]
    sentence: Callable[[float, str], str]


def number(value: float) -> str:
    """Write a count or mean with as many digits as a reader needs."""
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def money(value: float) -> str:
    """Write an amount in the account currency; cents only where they matter."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def share(value: float) -> str:
    """Write a share in [0, 1] as a percentage."""
    return f"{value:.0%}"


def days(value: float) -> str:
    """Write a number of days in English."""
    return "1 day" if round(value) == 1 else f"{value:,.0f} days"


def plural(value: float, one: str, many: str) -> str:
    """Write a number of things in English."""
    return f"{number(value)} {one if number(value) == '1' else many}"


def rhythm(orders: float) -> str:
    """Write orders in 365 days as a rhythm."""
    if orders < 1.5:
        return "about once a year"
    gap = DAYS_PER_YEAR / orders
    return "about every day" if gap < 1.5 else f"about every {gap:,.0f} days"


def rhythm_zh(orders: float) -> str:
    """Write orders in 365 days as a rhythm, in Chinese."""
    if orders < 1.5:
        return "约每年一次"
    gap = DAYS_PER_YEAR / orders
    return "约每天一次" if gap < 1.5 else f"约每{gap:,.0f}天一次"
