"""Which cells a page must not show, so that no small group can be had from those it shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from orchestration.reporting.derivation import (
    SMALL_CELL,
    Cell,
    Key,
    Sum,
    derivations,
    pinned_cells,
)


def hidden_cells(cells: Mapping[Key, Cell], sums: Sequence[Sum]) -> frozenset[Key]:
    """Return the cells to hide: small ones, and as many more as keep those from being derived.

    Hidden cells look alike, so that nobody knows which of them are small. After this, along every
    sum there are at least two hidden cells or none, those of a shown whole hold `SMALL_CELL`
    customers together, and no linear combination of sums gives a small cell's customers, nor its
    money. Shown cells of nobody give nobody away and stay.

    Raises
    ------
    KeyError
        If a sum names a cell that is not there.
    """
    hidden = {key for key, cell in cells.items() if cell.is_secret or not cell.is_shown}
    safe: set[frozenset[Key]] = set()
    while True:
        added = {more for each in sums for more in _missing_beside(cells, each, hidden)}
        for part in [] if added else _connected(sums, hidden):
            of_part = {key: cells[key] for each in part for key in each.members}
            unknown = frozenset(hidden & of_part.keys())
            if unknown in safe:
                continue
            found = derivable_cells(of_part, part, unknown)
            breaks = (
                _what_breaks(key, set(used) - hidden, of_part, part, hidden)
                for key, used in found.items()
            )
            added.update(next(filter(None, breaks), []))
            if not found:
                safe.add(unknown)
        if not added:
            return frozenset(hidden)
        hidden |= added


def derivable_cells(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> dict[Key, list[Key]]:
    """Return the small cells whose customers or money follow from shown ones, and from which."""
    of_money = [
        each
        for each in sums
        if each.is_of_money and all(cells[key].spend is not None for key in each.members)
    ]
    # A cell without money is known to have none: of some segments it follows from their rule.
    with_money = {key for key in hidden if cells[key].spend or not cells[key].customers}
    return derivations(cells, of_money, with_money) | pinned_cells(cells, sums, hidden)


def _missing_beside(cells: Mapping[Key, Cell], each: Sum, hidden: set[Key]) -> list[Key]:
    """Return a cell that has to be hidden along one sum, none if the sum gives nothing away."""
    unknown = [key for key in each.members if key in hidden]
    if not any(cells[key].is_secret for key in unknown):
        return []
    together = sum(cells[key].customers for key in unknown)
    if len(unknown) > 1 and (each.whole in hidden or together >= SMALL_CELL):
        return []
    return _least_reluctant(cells, set(each.members) - hidden)


def _what_breaks(
    key: Key, shown: set[Key], cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: set[Key]
) -> list[Key]:
    """Return the cell that costs least of those without which a derivation is no more possible.

    The least reluctant where no single one is enough; nothing if there is none to hide.
    """
    candidates = _by_reluctance(cells, shown)
    for candidate in candidates:
        tried = {*hidden, candidate} & cells.keys()
        if key not in derivable_cells(cells, sums, tried):
            return [candidate]
    return candidates[:1]


def _least_reluctant(cells: Mapping[Key, Cell], shown: set[Key]) -> list[Key]:
    """Return the shown cell whose loss costs least, in a list; nothing if there is none."""
    return _by_reluctance(cells, shown)[:1]


def _by_reluctance(cells: Mapping[Key, Cell], shown: set[Key]) -> list[Key]:
    """Return the shown cells that may be hidden, the one whose loss costs least first.

    What it costs is its share of customers and of money: a segment of few customers may be the one
    that most money comes from. One without money hides nobody's.
    """
    found = [key for key in shown if cells[key].customers and not cells[key].is_public]
    spends = {key: Fraction(abs(cells[key].spend or Decimal(0))) for key in found}
    customers, money = sum(cells[key].customers for key in found), sum(spends.values())

    def cost(key: Key) -> Fraction:
        return Fraction(cells[key].customers, customers) + spends[key] / (money or 1)

    return sorted(
        found, key=lambda key: (cells[key].reluctance, not cells[key].spend, cost(key), repr(key))
    )


def _connected(sums: Sequence[Sum], hidden: set[Key]) -> Iterable[list[Sum]]:
    """Return the sums with hidden cells, in groups that share none of these with one another."""
    head_of: dict[Key, Key] = {}

    def head(key: Key) -> Key:
        while head_of.setdefault(key, key) != key:
            key = head_of[key]
        return key

    unknowns = [[key for key in each.members if key in hidden] for each in sums]
    for first, *others in filter(None, unknowns):
        for other in others:
            head_of[head(other)] = head(first)
    groups: dict[Key, list[Sum]] = {}
    for each, unknown in zip(sums, unknowns, strict=True):
        if unknown:
            groups.setdefault(head(unknown[0]), []).append(each)
    return groups.values()
