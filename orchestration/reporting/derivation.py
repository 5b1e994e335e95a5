"""What follows of hidden cells from the sums that they are part of, and from those shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SMALL_CELL = 10
"""Groups of fewer customers are not shown, nor is their money: somebody may be recognised."""

TOLERANCE = 1e-6
"""Sums have coefficients of 1: what is smaller comes of rounding."""

LOOSE = 1e-3
"""Customers above its least number from which a cell is not bound to it."""

Key = tuple[Any, ...]
"""What a cell is of, kind first."""


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
) -> dict[Key, list[Key]]:
    """Return the small hidden cells that are linear combinations of shown ones, and of which.

    A cell is one exactly if its unit vector lies in the row space of the sums, cut down to the
    hidden cells: its projection then has length 1. Of the shown cells those count that the
    combination of sums has a coefficient for; one more unknown among these breaks it.
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
    shown = list(dict.fromkeys(key for each in told for key in each.members))
    shown = [key for key in shown if key not in places]
    coefficients = _matrix({key: place for place, key in enumerate(shown)}, told).T @ weights
    return {
        key: [
            other
            for other, weight in zip(shown, coefficients[:, place], strict=True)
            if abs(weight) > TOLERANCE
        ]
        for key, place in places.items()
        if cells[key].is_secret and lengths[place] > 1 - TOLERANCE
    }


def pinned_cells(
    cells: Mapping[Key, Cell], sums: Sequence[Sum], hidden: Collection[Key]
) -> dict[Key, list[Key]]:
    """Return the small hidden cells with one possible number, and the shown cells that give it.

    Where nobody is shown as such, a hidden cell holds somebody: some cells have their least number
    in every solution. One linear program finds the others (solutions can be mixed, so that all of
    them are above it at once); of these exactly those are known that sums give.
    """
    import numpy as np
    from scipy.optimize import linprog

    places, told = _unknowns(cells, sums, hidden)
    if not any(cells[key].is_secret for key in places):
        return {}
    matrix = _matrix(places, told)
    values = np.array([cells[key].customers for key in places], dtype=float)
    least, count = min(1.0, values.min()), len(places)
    # Of each cell two unknowns: its number, and how far it is above the least one.
    found = linprog(
        np.repeat([0.0, -1.0], count),
        A_ub=np.hstack([-np.eye(count), np.eye(count)]),
        b_ub=np.full(count, -least),
        A_eq=np.hstack([matrix, np.zeros_like(matrix)]),
        b_eq=matrix @ values,
        bounds=[(least, None)] * count + [(0.0, LOOSE)] * count,
    )
    assert found.x is not None, "the true numbers are a solution"
    loose = {key for key, place in places.items() if found.x[count + place] > LOOSE / 2}
    fixed = [key for key in places if key not in loose and cells[key].is_secret]
    beside = {
        key: [other for each in told if key in each.members for other in each.members]
        for key in fixed
    }
    return beside | derivations(cells, sums, loose)


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
