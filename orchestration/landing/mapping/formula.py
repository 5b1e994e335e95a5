"""Formulas of mappings: numbers, columns of the export in brackets, + - * / and parentheses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|\[(?P<column>[^\]|]+)(?:\|\s*(?P<default>-?\d+(?:\.\d+)?)\s*)?\]"
    r"|(?P<earlier>[a-z_]+)|(?P<sign>[-+*/()]))"
)
# Wide enough for a product of two amounts; what does not fit is no number.
_WIDE = "decimal(38, 8)"


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    `required` are columns without a value to stand in (`[price]`), `defaulted` those with one
    (`[discount | 0]`), `earlier` columns of the landing table that stand above it. `tree` is nested
    tuples: `("number", text)`, `("column", name, default)`, `("earlier", name)`,
    `("+", left, right)`.
    """

    tree: tuple[object, ...]
    required: tuple[str, ...]
    defaulted: tuple[str, ...]
    earlier: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.defaulted)


@lru_cache(maxsize=256)
def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Raises
    ------
    ValueError
        Saying at which character it cannot be read, and what may stand in one.
    """
    reader = _Reader(text)
    tree = reader.sum()
    if reader.peek() is not None:
        raise reader.error()
    found: dict[str, dict[str, None]] = {"required": {}, "defaulted": {}, "earlier": {}}
    _collect(tree, found)
    return Formula(tree, *(tuple(found[kind]) for kind in ("required", "defaulted", "earlier")))


def formula_sql(
    tree: tuple[object, ...],
    column: Callable[[str, str | None], str],
    earlier: Callable[[str], str],
) -> str:
    """Return a formula as SQL over wide decimals.

    `column` gives the number of a column of the export, or what stands in for one without a value;
    `earlier` that of a landing column.
    """
    kind, *parts = tree
    if kind == "number":
        return f"cast({parts[0]} as {_WIDE})"
    if kind == "column":
        name, default = parts
        number = column(str(name), None if default is None else str(default))
        return f"cast({number} as {_WIDE})"
    if kind == "earlier":
        return f"cast({earlier(str(parts[0]))} as {_WIDE})"
    left, right = (formula_sql(each, column, earlier) for each in parts)  # type: ignore[arg-type]
    if kind == "/":
        right = f"nullif({right}, 0)"
    return f"cast({left} {kind} {right} as {_WIDE})"


def _collect(tree: tuple[object, ...], found: dict[str, dict[str, None]]) -> None:
    kind, *parts = tree
    if kind == "column":
        name, default = parts
        found["required" if default is None else "defaulted"][str(name)] = None
    elif kind == "earlier":
        found["earlier"][str(parts[0])] = None
    elif kind != "number":
        for part in parts:
            _collect(part, found)  # type: ignore[arg-type]


class _Reader:
    """Reads a formula from left to right, products before sums."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def sum(self) -> tuple[object, ...]:
        left = self.product()
        while (sign := self.peek()) in ("+", "-"):
            self._take()
            left = (sign, left, self.product())
        return left

    def product(self) -> tuple[object, ...]:
        left = self.factor()
        while (sign := self.peek()) in ("*", "/"):
            self._take()
            left = (sign, left, self.factor())
        return left

    def factor(self) -> tuple[object, ...]:
        token = self._take()
        if token is None:
            raise self.error()
        if token["number"]:
            return ("number", token["number"])
        if token["column"]:
            return ("column", token["column"].strip(), token["default"])
        if token["earlier"]:
            return ("earlier", token["earlier"])
        if token["sign"] == "-":
            return ("-", ("number", "0"), self.factor())
        if token["sign"] == "(":
            inside = self.sum()
            closing = self._take()
            if closing is None or closing["sign"] != ")":
                raise self.error()
            return inside
        raise self.error()

    def peek(self) -> str | None:
        """Return the next sign, the empty text for another token, None at the end."""
        if not self._text[self._place :].strip():
            return None
        token = _TOKEN.match(self._text, self._place)
        return "" if token is None else token["sign"] or ""

    def error(self) -> ValueError:
        return ValueError(
            f"cannot be read at character {self._place + 1} of {self._text!r}: a formula holds "
            "numbers, columns of the export as [name] or [name | 0], landing columns above it, "
            "+ - * / and parentheses"
        )

    def _take(self) -> re.Match[str] | None:
        token = _TOKEN.match(self._text, self._place)
        if token is not None:
            self._place = token.end()
        return token
