"""The figures of one published night, and which of them the page must not show."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from orchestration.reporting.derivation import SMALL_CELL, Key

Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Some customers and what they spent; knows whether it may be shown.

    Attributes
    ----------
    is_complement
        Whether a small group would follow from this one.
    """

    customers: int
    spend: Decimal
    is_complement: bool = False

    @property
    def is_hidden(self) -> bool:
        return self.is_complement or 0 < self.customers < SMALL_CELL


@dataclass(frozen=True)
class Segment:
    """One segment on the night; names and medians as published."""

    segment_id: str
    group: Group
    customer_share: float
    spend_share: float | None
    facts: Row


@dataclass(frozen=True)
class Earlier:
    """An earlier night that tonight is compared with.

    Attributes
    ----------
    kind
        `night` for the one before, `month` for the one about a month ago.
    flows
        Customers of each scheme by segment then and segment now, with their spend as of tonight;
        stayers included, None being outside the scheme.
    sizes
        By scheme and segment, as of that night.
    year
        Revenue and orders of the 365 days up to that night.
    """

    kind: str
    night: date
    flows: list[Row]
    sizes: dict[tuple[str, str], Group]
    year: Row


@dataclass(frozen=True)
class Crossed:
    """Customers by segment of one scheme and segment of another.

    Attributes
    ----------
    rows, columns
        The two schemes.
    leaving
        Segments of the first that stand in a row of their own; None is the row of the others.
    """

    rows: str
    leaving: tuple[str, ...]
    columns: str
    cells: list[Row]


@dataclass(frozen=True)
class NightFigures:
    """Everything that the page says, read in one go.

    Attributes
    ----------
    earlier
        The nights to compare with, as far as there are any, the latest first.
    nights
        Every night that the tables know, the latest first; without customers if it failed.
    crossed
        Customers by segments of two schemes, by the first of the two.
    index
        By scheme, segment and feature: the mean against everybody's (100 = the same).
    hidden
        Cells that the page must not show.
    """

    run_info: Row
    totals: Row
    year: Row
    schemes: dict[str, list[Segment]]
    unavailable: list[Row]
    scorecards: list[Row]
    grid: list[Row]
    index: dict[str, dict[str, dict[str, float]]]
    movers: list[Row]
    migrations: list[Row]
    earlier: tuple[Earlier, ...]
    nights: list[Row]
    crossed: dict[str, Crossed]
    cohorts: list[Row]
    segments: list[Row]
    daily: list[tuple[date, Decimal]]
    checks: list[Row]
    balance: list[Row]
    rejected: list[Row]
    model_runs: list[Row]
    backtests: list[Row]
    candidates: list[Row]
    borders: dict[str, Row]
    reasons: dict[str, list[str | None]]
    hidden: frozenset[Key] = frozenset()

    def group(self, key: Key, customers: int, spend: Decimal = Decimal(0)) -> Group:
        """Return a group that knows whether its cell may be shown."""
        return Group(customers, spend, key in self.hidden)

    def is_hidden(self, key: Key) -> bool:
        return key in self.hidden

    @property
    def names(self) -> dict[str, Row]:
        """Return the names of every segment by its id."""
        return {row["segment_id"]: row for row in self.segments}

    @property
    def as_of_date(self) -> date:
        night: date = self.run_info["as_of_date"]
        return night
