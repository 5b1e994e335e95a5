"""What must be hidden of who went from which segment to which, who came and who left."""

from collections.abc import Collection
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

FLOWING = ("rfm", "lifecycle")
"""Schemes with a picture of their own; the others' flows stand in the tables."""

Place = str | None


def _cells_by_place(flows: list[Row]) -> dict[tuple[Place, Place], tuple[int, Decimal]]:
    """Return every way from a segment to a segment, also those that nobody went."""
    found = {
        (row["from_segment_id"], row["to_segment_id"]): (row["customers"], row["spend"])
        for row in flows
    }
    thens, nows = ({pair[side] for pair in found} for side in (0, 1))
    ways = [way for way in product(thens, nows) if way != (None, None)]
    return {way: found.get(way, (0, Decimal(0))) for way in sorted(ways, key=repr)}


def hidden_flows(
    kinds: Collection[str], scheme: str, flows: list[Row], known: set[Key]
) -> set[Key]:
    """Hide cells of all that is told of one span: its matrix, picture, moves, who came and left.

    They are the same customers, so that a number that one of them hides would follow from another.
    Empty cells and hidden ones look alike. By how much a segment grew tells its size then, where it
    grew by `SMALL_CELL` or more.

    Parameters
    ----------
    kinds
        What the span is told as: `night` (moves, who came and left), `month` (who came and left, a
        picture of some schemes), `year` (a matrix, a picture of some schemes). More than one where
        two of them begin on the same night.
    flows
        Customers of the scheme by segment then and segment now; None is outside of it.
    known
        Cells that are hidden by now, among them tonight's segments.
    """
    has_picture = scheme in FLOWING and ("month" in kinds or "year" in kinds)
    has_matrix = has_picture or "year" in kinds
    has_sides = "night" in kinds or "month" in kinds
    table = CellTable()
    lines: dict[Key, list[Key]] = {}
    for (then, now), found in _cells_by_place(flows).items():
        is_told = has_matrix or ("night" in kinds and then != now)
        key = table.add(
            ("flow", then, now),
            Cell(
                found[0],
                # Of who came and who left alone the money is told.
                found[1] if has_sides else None,
                is_shown=is_told and found[0] >= SMALL_CELL,
            ),
        )
        wholes: list[Key] = [("then", then), ("now", now)]
        if then == now:
            wholes.append(("stayed",))
        else:
            wholes += [("moved",), ("out", then), ("in", now)]
        for whole in wholes:
            lines.setdefault(whole, []).append(key)
    untold: set[Key] = set()
    counts = {whole: table.counted(parts) for whole, parts in lines.items()}
    for whole, (customers, spend) in counts.items():
        kind, place = whole[0], whole[-1]
        if kind in ("in", "out"):
            if place is None:
                continue  # everybody who is in the scheme no more, or is new in it
            both = [counts.get((side, place), (0,))[0] for side in ("in", "out")]
            is_shown = has_sides and not any(is_small(count) for count in both)
            cell = Cell(customers, spend, is_shown=is_shown, reluctance=OF_A_MOVE)
        elif whole == ("now", None):
            cell = Cell(customers, is_shown=has_picture)
        elif kind == "now":
            is_hidden = ("now", scheme, place) in known
            if is_small(customers) and not is_hidden:
                continue  # the night told more of it than the span knows of: no size of these
            cell = Cell(customers, spend, is_public=True, is_complement=is_hidden)
        elif kind == "then":
            grown = counts.get(("now", place), (0,))[0] - customers
            is_shown = has_matrix or (place is not None and abs(grown) >= SMALL_CELL)
            if not (is_shown or is_small(customers)):
                untold.add(whole)
            cell = Cell(customers, is_shown=is_shown, reluctance=OF_A_SEGMENT)
        elif kind == "stayed":
            cell = Cell(customers, is_shown="year" in kinds, reluctance=OF_A_MOVE)
        else:
            cell = Cell(customers, spend, is_shown="night" in kinds, reluctance=OF_A_SEGMENT)
        table.add(whole, cell)
        table.add_sum(whole, lines[whole])
    for total, side in (("were", "then"), ("are", "now")):
        parts = [key for key in counts if key[0] == side and key[-1] is not None]
        if table.cells.keys() >= set(parts):
            table.add((total,), Cell(*table.counted(parts), is_public=True))
            table.add_sum((total,), parts)
    if ("stayed",) in counts:
        table.add_sum(("were",), [("stayed",)])
    return {
        named
        for key in table.hidden() - untold
        for kind in kinds
        for named in _names(key, kind, scheme)
        if key[0] not in ("rest", "were", "are") and (key[0] != "now" or key[-1] is None)
    }


def _names(key: Key, kind: str, scheme: str) -> list[Key]:
    """Return how the page calls a cell where it tells the span as `kind`."""
    what, *places = key
    named: list[Key] = [(what, kind, scheme, *places)]
    if what == "flow" and places[0] != places[1]:
        named.append((what, "moves", kind, scheme, *places))
    return named
