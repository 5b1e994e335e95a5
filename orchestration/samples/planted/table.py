"""One landing table as the generator sees it: its queries and how its files are cut."""

from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.samples.planted.world import PlantedSpec

# The columns beside the landed ones: what becomes of a row, and what its arrival does to the row
# of another file (that one was accepted until then).
FATE_COLUMNS = ("outcome", "reason", "displaced_file", "displaced_as")

Queries = Callable[[PlantedSpec, int, int], list[str]]


@dataclass(frozen=True)
class PlantedTable:
    """One landing table.

    `queries` returns, for a first and a last day number, queries of the rows that arrive within
    these days, in the file's order: landed columns, then `FATE_COLUMNS`. `prepare` makes tables
    that they read. With `is_monthly` there is one file for each calendar month, else one for all
    days up to the last; later days always have files of their own. `hidden` columns are not
    landed.
    """

    name: str
    suffix: str
    queries: Queries
    is_monthly: bool = False
    prepare: dict[str, Callable[[PlantedSpec, int, int], str]] = field(default_factory=dict)
    hidden: tuple[str, ...] = FATE_COLUMNS


def fate(
    outcome: str = "accepted",
    *,
    reason: str | None = None,
    displaced_file: str = "null",
    displaced_as: str | None = None,
) -> str:
    """Return the fate columns; `displaced_file` is SQL, the others are words."""
    words = [outcome, reason, None, displaced_as]
    values = ["null" if word is None else f"'{word}'" for word in words]
    values[2] = displaced_file
    return ", ".join(
        f"cast({value} as varchar) as {name}"
        for name, value in zip(FATE_COLUMNS, values, strict=True)
    )
