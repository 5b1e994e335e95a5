"""What must be hidden of who went from which segment to which, who came and who left."""

from decimal import Decimal
from itertools import product

from orchestration.reporting.cell_table import (
    OF_A_MOVE,
    OF_A_SEGMENT,
    CellTable,
    is_small,
)
from orchestration.reporting.derivation import SMALL_CELL, Cell, Key
from orchestration.reporting.figures import Row

Place = str | None


def _cells_by_place(flows: list[Row]) -> dict[tuple[Place, Place], tuple[int, Decimal]]:
    """Return every way from a segment to a segment, also those that nobody went."""
    found = {
        (row["from_segment_id"], row["to_segment_id"]): (row["customers"], row["spend"])
        for row in flows
    }
    thens, nows = ({pair[side]: None for pair in found} for side in (0, 1))
    ways = [way for way in product(thens, nows) if way != (None, None)]
    return {way: found.get(way, (0, Decimal(0))) for way in ways}


def hidden_flows(kind: str, scheme: str, flows: list[Row], known: set[Key]) -> set[Key]:
    """Hide cells of a matrix of segments then and now; empty cells and hidden ones look alike."""
    table = CellTable()
    ways = _cells_by_place(flows)
    lines: dict[Key, list[Key]] = {}
    for (then, now), (customers, _) in ways.items():
        key = table.add(
            ("flow", kind, scheme, then, now), Cell(customers, is_shown=customers >= SMALL_CELL)
        )
        lines.setdefault(("then", kind, scheme, then), []).append(key)
        lines.setdefault(("now", scheme, now), []).append(key)
    stays = [("flow", kind, scheme, then, now) for then, now in ways if then == now]
    for whole, parts in lines.items():
        is_of_then = whole[0] == "then"
        table.add(
            whole,
            Cell(
                table.counted(parts)[0],
                # Who is in the scheme no more is told by no total.
                is_shown=is_of_then or whole[-1] is not None,
                is_public=not is_of_then,
                is_complement=whole in known,
                reluctance=OF_A_SEGMENT,
            ),
        )
        table.add_sum(whole, parts)
    stayed = ("stayed", kind, scheme)
    were = ("were", kind, scheme)
    there = [key for key in lines if key[0] == "then" and key[-1] is not None]
    table.add(stayed, Cell(table.counted(stays)[0], reluctance=OF_A_MOVE))
    table.add_sum(stayed, stays)
    table.add(were, Cell(table.counted(there)[0], is_public=True))
    table.add_sum(were, [stayed])
    table.add_sum(were, there)
    return table.hidden() - {key for key in table.cells if key[0] == "now"}


def hidden_moves(kind: str, scheme: str, flows: list[Row], known: set[Key]) -> set[Key]:
    """Hide who came into each segment and who left it, and from where to where.

    By how much a segment grew is told where that is `SMALL_CELL` or more: who came then follows
    from who left.
    """
    table = CellTable()
    moves = {way: found for way, found in _cells_by_place(flows).items() if way[0] != way[1]}
    sides: dict[Key, list[Key]] = {}
    for (then, now), (customers, spend) in moves.items():
        key = table.add(
            ("flow", "moves", kind, scheme, then, now),
            Cell(customers, spend, is_shown=kind == "night" and customers >= SMALL_CELL),
        )
        sides.setdefault(("out", kind, scheme, then), []).append(key)
        sides.setdefault(("in", kind, scheme, now), []).append(key)
    segments = {key[-1] for key in sides} - {None}
    for segment in segments:
        of_both = [(side, kind, scheme, segment) for side in ("in", "out")]
        counts = [table.counted(sides.setdefault(key, [])) for key in of_both]
        is_shown = not any(is_small(customers) for customers, _ in counts)
        for key, count in zip(of_both, counts, strict=True):
            table.add(key, Cell(*count, is_shown=is_shown, reluctance=OF_A_MOVE))
        change = counts[0][0] - counts[1][0]
        sizes = {("now", scheme, segment), ("then", kind, scheme, segment)}
        if abs(change) >= SMALL_CELL and not sizes & known:
            grown = table.add(("grown", kind, scheme, segment), Cell(abs(change), is_public=True))
            more, fewer = of_both if change > 0 else reversed(of_both)
            table.add_sum(more, [fewer, grown])
    for key, parts in sides.items():
        if key not in table.cells:
            table.add(key, Cell(*table.counted(parts), is_shown=False))
        if parts:
            table.add_sum(key, parts)
    moved = table.add(
        ("moved", kind, scheme),
        Cell(table.counted(_moves_of(table))[0], is_shown=kind == "night", reluctance=OF_A_SEGMENT),
    )
    table.add_sum(moved, _moves_of(table))
    return table.hidden()


def _moves_of(table: CellTable) -> list[Key]:
    """Return the cells that are moves from one segment to another."""
    return [key for key in table.cells if key[0] == "flow"]
