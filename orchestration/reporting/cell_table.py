"""Collects the cells of a table with what everybody knows of their sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orchestration.reporting.derivation import SMALL_CELL, Cell, Key, Sum
from orchestration.reporting.suppression import hidden_cells

OF_OTHERS, IN_A_TABLE, OF_A_MOVE, OF_A_SEGMENT = range(4)
"""How reluctantly a cell is hidden beside a small one."""


@dataclass
class CellTable:
    """Collects the cells and sums of what is told together."""

    cells: dict[Key, Cell] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def add(self, key: Key, cell: Cell) -> Key:
        self.cells[key] = cell
        return key

    def counted(self, parts: Iterable[Key]) -> tuple[int, Decimal]:
        """Return the customers of some cells, and what they spent."""
        found = [self.cells[key] for key in parts]
        spends = (cell.spend or Decimal(0) for cell in found)
        return sum(cell.customers for cell in found), sum(spends, Decimal(0))

    def add_sum(self, whole: Key, parts: Sequence[Key]) -> None:
        """Say that a whole is the sum of its parts, and of some others where these are not all.

        Two tables may count other customers: who refuses profiling since is in no count of tonight.
        Parts of more than the whole say nothing of it.
        """
        customers, spend = self.counted(parts)
        rest = self.cells[whole].customers - customers
        if rest < 0:
            return
        told = list(parts)
        if rest > 0:
            told.append(self.add(("rest", whole, len(self.sums)), Cell(rest, is_shown=False)))
        self.sums.append(Sum(whole, tuple(told), self.cells[whole].spend == spend))

    def hidden(self) -> set[Key]:
        return set(hidden_cells(self.cells, self.sums))


def is_small(customers: int) -> bool:
    """Return whether a group of so many must not be told."""
    return 0 < customers < SMALL_CELL
