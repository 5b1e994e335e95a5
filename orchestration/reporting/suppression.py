"""Which cells a page must not show, so that no small group can be had from those it shows."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

SMALL_CELL = 10
"""Groups of fewer customers are not shown, nor is their money: somebody may be recognised."""

TOLERANCE = 1e-6
"""Sums have coefficients of 1: what is smaller comes of rounding."""

Key = Hashable


@dataclass(frozen=True)
class Cell:
    """A number of customers that stands on the page, or that follows from what stands there.

    Attributes
    ----------
    customers, spend
        The true figures; spend is None where no money is told.
    is_shown
        False for what the page leaves out anyway; it is protected all the same.
    reluctance
        Of the cells that could be hidden beside a small one, the least reluctant is.
    """

    customers: int
    spend: Decimal | None = None
    is_shown: bool = True
    reluctance: int = 0

    @property
    def is_small(self) -> bool:
        return 0 < self.customers < SMALL_CELL


@dataclass(frozen=True)
class Sum:
    """One thing that everybody knows of the cells: the whole is the sum of its parts."""

    whole: Key
    parts: tuple[Key, ...]

    @property
    def members(self) -> tuple[Key, ...]:
        return (self.whole, *self.parts)


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
    hidden = {key for key, cell in cells.items() if cell.is_small or not cell.is_shown}
    for part in _connected(cells, sums):
        _protect(cells, part, hidden)
    return frozenset(hidden)


def derivable_cells(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> dict[Key, list[Sum]]:
    """Return the small cells whose customers or money follow from the sums, by which sums."""
    of_money = [each for each in sums if all(cells[key].spend is not None for key in each.members)]
    # A cell without money is known to have none: of some segments it follows from their rule.
    with_money = {key for key in hidden if cells[key].spend or not cells[key].customers}
    by_customers = _derivations(cells, sums, set(hidden))
    return _derivations(cells, of_money, with_money) | by_customers


def _protect(cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: set[Key]) -> None:
    """Hide cells of one connected part until none of its small cells can be derived.

    A derivation needs all of its sums: one more unknown among their members breaks it.
    """
    keys = {key: cells[key] for each in sums for key in each.members}
    while True:
        added = {more for each in sums for more in _missing_beside(cells, each, hidden)}
        if not added:
            for used in derivable_cells(keys, sums, hidden & keys.keys()).values():
                members = {member for each in used for member in each.members}
                added.update(_least_reluctant(cells, members - hidden))
        if not added:
            return
        hidden |= added


def _missing_beside(cells: Mapping[Key, Cell], each: Sum, hidden: set[Key]) -> list[Key]:
    """Return a cell that has to be hidden along one sum, none if the sum gives nothing away."""
    unknown = [key for key in each.members if key in hidden]
    if not any(cells[key].is_small for key in unknown):
        return []
    together = sum(cells[key].customers for key in unknown)
    if len(unknown) > 1 and (each.whole in hidden or together >= SMALL_CELL):
        return []
    return _least_reluctant(cells, set(each.members) - hidden)


def _least_reluctant(cells: Mapping[Key, Cell], shown: set[Key]) -> list[Key]:
    """Return the shown cell whose loss costs least, in a list; nothing if there is none."""
    return sorted(
        (key for key in shown if cells[key].customers),
        key=lambda key: (
            cells[key].reluctance,
            not cells[key].spend,
            cells[key].customers,
            repr(key),
        ),
    )[:1]


def _derivations(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], unknown: set[Key]
) -> dict[Key, list[Sum]]:
    """Return the small unknown cells that are linear combinations of known ones, by which sums.

    A cell is one exactly if its unit vector lies in the row space of the sums, cut down to the
    unknown cells: its projection then has length 1.
    """
    # Only a page with something to hide needs it.
    import numpy as np

    places = {key: place for place, key in enumerate(key for key in cells if key in unknown)}
    told = [each for each in sums if any(key in places for key in each.members)]
    if not told:
        return {}
    matrix = np.zeros((len(places), len(told)))
    for column, each in enumerate(told):
        for key in each.members:
            if key in places:
                matrix[places[key], column] += 1.0 if key == each.whole else -1.0
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    kept = sizes > TOLERANCE
    lengths = (left[:, kept] ** 2).sum(axis=1)
    weights = (right[kept].T / sizes[kept]) @ left[:, kept].T
    return {
        key: [
            each
            for each, weight in zip(told, weights[:, place], strict=True)
            if abs(weight) > TOLERANCE
        ]
        for key, place in places.items()
        if cells[key].is_small and lengths[place] > 1 - TOLERANCE
    }


def _connected(cells: Mapping[Key, Cell], sums: Sequence[Sum]) -> Iterable[list[Sum]]:
    """Return the sums in groups that share no cell with one another."""
    head_of: dict[Key, Key] = {}

    def head(key: Key) -> Key:
        if key not in cells:
            raise KeyError(f"no cell {key!r} in {len(cells)} cells")
        while head_of.setdefault(key, key) != key:
            key = head_of[key]
        return key

    for each in sums:
        for part in each.parts:
            head_of[head(part)] = head(each.whole)
    groups: dict[Key, list[Sum]] = {}
    for each in sums:
        groups.setdefault(head(each.whole), []).append(each)
    return groups.values()
