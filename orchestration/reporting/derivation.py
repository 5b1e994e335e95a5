"""What follows of hidden cells from the sums that they are part of, and from those shown."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
        False for what the page leaves out anyway; it is protected all the same. Where cells of
        nobody are left out too, nobody knows which of them hold somebody.
    is_public
        Stands there whatever follows: it is known from elsewhere, or the page is about it.
    is_complement
        Was hidden elsewhere, so that a small cell does not follow from it.
    reluctance
        Of the cells that could be hidden beside a small one, the least reluctant is.
    """

    customers: int
    spend: Decimal | None = None
    is_shown: bool = True
    is_public: bool = False
    is_complement: bool = False
    reluctance: int = 0

    @property
    def is_secret(self) -> bool:
        return self.is_complement or 0 < self.customers < SMALL_CELL


@dataclass(frozen=True)
class Sum:
    """One thing that everybody knows of the cells: the whole is the sum of its parts."""

    whole: Key
    parts: tuple[Key, ...]

    is_of_money: bool = True
    """False where only the customers add up."""

    @property
    def members(self) -> tuple[Key, ...]:
        return (self.whole, *self.parts)


def derivations(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> dict[Key, list[Sum]]:
    """Return the small hidden cells that are linear combinations of shown ones, by which sums.

    A cell is one exactly if its unit vector lies in the row space of the sums, cut down to the
    hidden cells: its projection then has length 1.
    """
    # Only a page with something to hide needs it.
    import numpy as np

    places, told = _unknowns(cells, sums, hidden)
    if not told:
        return {}
    left, sizes, right = np.linalg.svd(_matrix(places, told).T, full_matrices=False)
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
        if cells[key].is_secret and lengths[place] > 1 - TOLERANCE
    }


def pinned_cells(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> dict[Key, list[Sum]]:
    """Return the small hidden cells with one possible number, and the sums that they are in.

    Where nobody is shown as such, a hidden cell holds somebody: by such bounds a cell may be known
    that no combination of sums gives. A cell is free as soon as one other solution is found.
    """
    import numpy as np
    from scipy.optimize import linprog

    places, told = _unknowns(cells, sums, hidden)
    unsure = [key for key in places if cells[key].is_secret]
    if not told:
        return {}
    matrix = _matrix(places, told)
    values = np.array([cells[key].customers for key in places], dtype=float)
    least = min(1.0, values.min())

    def free_of(keys: Sequence[Key], direction: int) -> set[Key]:
        """Push some cells down, or up, together; return those that moved."""
        goal = np.zeros(len(places))
        goal[[places[key] for key in keys]] = direction
        most = None if direction > 0 else 10 * values.sum()
        found = linprog(goal, A_eq=matrix, b_eq=matrix @ values, bounds=(least, most))
        return {key for key in keys if abs(found.x[places[key]] - values[places[key]]) > 0.5}

    for direction in (-1, 1):
        free = free_of(unsure, direction) if unsure else set()
        unsure = [key for key in unsure if key not in free]
    return {
        key: [each for each in told if key in each.members]
        for key in unsure
        if not free_of([key], -1) and not free_of([key], 1)
    }


def _unknowns(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> tuple[dict[Key, int], list[Sum]]:
    """Return the place of each hidden cell that is in a sum, and the sums that have one."""
    told = [each for each in sums if any(key in hidden for key in each.members)]
    members = {key for each in told for key in each.members}
    wanted = [key for key in cells if key in members and key in hidden]
    return {key: place for place, key in enumerate(wanted)}, told


def _matrix(places: Mapping[Key, int], told: Sequence[Sum]) -> Any:
    """Return a row per sum and a column per hidden cell: the whole less its parts."""
    import numpy as np

    matrix = np.zeros((len(told), len(places)))
    for row, each in enumerate(told):
        for key in each.members:
            if key in places:
                matrix[row, places[key]] += 1.0 if key == each.whole else -1.0
    return matrix
