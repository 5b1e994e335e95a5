"""Segments too small to be told of in a place without a login, by the rules of the report."""

from collections.abc import Sequence

from orchestration.reporting.derivation import Cell, Key, Sum
from orchestration.reporting.suppression import hidden_cells


def hidden(customers: Sequence[int]) -> list[bool]:
    """Say which of a whole's parts are not told: small ones, and what would give them away.

    The whole is known, so that a hidden part alone would be the whole less the others, and two of
    three customers each would be known to be six together.
    """
    whole: Key = ("whole",)
    parts: list[Key] = [("part", place) for place in range(len(customers))]
    cells = {part: Cell(count) for part, count in zip(parts, customers, strict=True)}
    cells[whole] = Cell(sum(customers), is_public=True)
    found = hidden_cells(cells, [Sum(whole, tuple(parts))])
    return [part in found for part in parts]
