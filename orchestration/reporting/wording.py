"""The words, numbers, dates and amounts of the page in the account's language."""

import datetime as dt
import json
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from orchestration.reporting.derivation import SMALL_CELL
from orchestration.reporting.figures import Group

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "INR": "₹", "KRW": "₩"}
_UNITS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
_UNKNOWN = "–"
HIDDEN = "*"
"""Stands for a number that is hidden: it is small, or a small one would follow from it."""


@dataclass(frozen=True)
class Wording:
    """One language's texts and formats; a text that is not there raises, and says which."""

    language: str
    currency: str | None
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values filled in."""
        if key not in self.texts:
            raise KeyError(f"strings.json has no {key!r} in {self.language!r}")
        return self.texts[key].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """Return a text, or the given one for names that only the data knows."""
        return self.texts.get(key, otherwise)

    def number(self, value: float) -> str:
        return f"{value:,.0f}"

    def decimal(self, value: float | None, digits: int = 2) -> str:
        return _UNKNOWN if value is None else f"{value:,.{digits}f}"

    def measured(self, value: float | None) -> str:
        """Write what a check measured: a count as it is, a share with its digits."""
        return _UNKNOWN if value is None else f"{value:,.4g}" if value % 1 else f"{value:,.0f}"

    def share(self, value: float | None) -> str:
        if value is None:
            return _UNKNOWN
        return "<1%" if 0 < value < 0.005 else f"{value:.0%}"

    def money(self, value: Decimal | float | None) -> str:
        """Write an amount without cents, its currency before it."""
        if value is None:
            return _UNKNOWN
        whole = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        sign = "−" if whole < 0 else ""
        symbol = _SYMBOLS.get(self.currency or "", f"{self.currency} " if self.currency else "")
        return f"{sign}{symbol}{abs(whole):,}"

    def date(self, day: dt.date) -> str:
        """Write a day in full, as the language does."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {self.month(day, long=True)} {day.year}"

    def is_written_in(self, text: str) -> bool:
        """Return whether a text is in this language, by whether it has a Chinese character."""
        is_chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
        return is_chinese == (self.language == "zh")

    def month_of_year(self, day: dt.date) -> str:
        """Write a month with its year."""
        return (
            f"{day.year}年{day.month}月"
            if self.language == "zh"
            else f"{self.month(day)} {day.year}"
        )

    def month(self, day: dt.date, *, long: bool = False) -> str:
        names = self.texts["months_long" if long else "months_short"].split()
        return names[day.month - 1]

    def customers(self, group: Group) -> str:
        """Write a number of customers, unless it must not be told."""
        return HIDDEN if group.is_hidden else self.number(group.customers)

    def spend(self, group: Group) -> str:
        """Write what a group spent, unless it must not be told."""
        return HIDDEN if group.is_hidden else self.money(group.spend)

    def short_money(self, value: Decimal | float | None) -> str:
        """Write an amount to three digits, in thousands or millions where it is that large."""
        if value is None:
            return _UNKNOWN
        amount = float(value)
        for unit, suffix in ((1e8, "亿"), (1e4, "万")) if self.language == "zh" else _UNITS:
            if abs(amount) >= unit:
                digits = max(0, 2 - int(math.log10(abs(amount) / unit)))
                whole = self.money(Decimal(0))[:-1]
                sign = "−" if amount < 0 else ""
                return f"{sign}{whole}{abs(amount) / unit:,.{digits}f}{suffix}"
        return self.money(value)

    @property
    def hidden(self) -> str:
        return HIDDEN

    @property
    def unknown(self) -> str:
        return _UNKNOWN

    def signed(self, value: int) -> str:
        """Write a difference with its sign."""
        return f"+{value:,}" if value > 0 else f"{value:,}".replace("-", "−")

    def grown_by(self, change: int) -> str:
        """Write by how many customers something grew; a few more or fewer are not told."""
        if abs(change) < SMALL_CELL:
            return self("changes.same")
        return f"{'+' if change > 0 else '−'}{abs(change):,}"

    def grown_by_money(self, change: Decimal) -> str:
        """Write by how much money something grew."""
        return f"+{self.money(change)}" if change > 0 else self.money(change)


@cache
def _all_texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name("strings.json").read_text(encoding="utf-8")
    )
    return texts


def wording(language: str, currency: str | None) -> Wording:
    """Return the wording of a language, `en` or `zh`."""
    return Wording(language, currency, _all_texts()[language])
