"""Which cells a page must not show, so that no small group can be had from those it shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
    return (
        pinned_cells(cells, sums, hidden)
        | derivations(cells, of_money, with_money)
        | derivations(cells, sums, hidden)
    )


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
