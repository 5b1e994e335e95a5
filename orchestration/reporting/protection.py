"""The page's numbers of customers as cells with their sums, and what must be hidden of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby, product

from orchestration.reporting.derivation import SMALL_CELL, Cell, Key, Sum
from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.suppression import hidden_cells

OF_OTHERS, IN_A_TABLE, OF_A_MOVE, OF_A_SEGMENT = range(4)
"""How reluctantly a cell is hidden beside a small one."""

CAUSES = ("moved_themselves", "moved_by_refit", "moved_at_border")
"""Columns of how many moved by which cause."""

Place = str | None


def protected(night: NightFigures) -> NightFigures:
    """Return the figures with what must be hidden; segments know it of themselves.

    Tonight's segments come first, with the RFM grid, which is made of them. Every other table then
    takes their sizes as known, or as secrets where they are hidden.
    """
    hidden = set(_hidden_segments(night))
    hidden |= _hidden_splits(night)
    for earlier in night.earlier:
        for scheme, flows in _by_scheme(earlier.flows):
            hidden |= hidden_flows(earlier.kind, scheme, flows, hidden)
            hidden |= hidden_moves(earlier.kind, scheme, flows, hidden)
    for scheme, flows in _by_scheme(night.migrations):
        hidden |= hidden_flows("year", scheme, flows, hidden)
    hidden |= _hidden_causes(night, hidden)
    hidden |= _hidden_crossed(night, hidden)
    night = replace(night, hidden=frozenset(hidden))
    schemes = {
        scheme: [
            replace(
                one,
                group=night.group(
                    ("now", scheme, one.segment_id), one.group.customers, one.group.spend
                ),
            )
            for one in segments
        ]
        for scheme, segments in night.schemes.items()
    }
    return replace(night, schemes=schemes)


@dataclass
class _Table:
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

    def add_sum(self, whole: Key, parts: list[Key]) -> None:
        """Say that a whole is the sum of its parts, and of some others where these are not all.

        Two tables may count other customers: who refuses profiling since is in no count of tonight.
        Parts of more than the whole say nothing of it.
        """
        customers, spend = self.counted(parts)
        rest = self.cells[whole].customers - customers
        if rest < 0:
            return
        told = parts
        if rest > 0:
            told = [*parts, self.add(("rest", whole, len(self.sums)), Cell(rest, is_shown=False))]
        self.sums.append(Sum(whole, tuple(told), self.cells[whole].spend == spend))

    def hidden(self) -> set[Key]:
        return set(hidden_cells(self.cells, self.sums))


def _hidden_segments(night: NightFigures) -> set[Key]:
    """Hide tonight's segments, and squares of the RFM grid: a square is of one segment or more."""
    table = _Table()
    totals = night.totals
    table.add(("all",), Cell(totals["customers"], totals["spend"], is_public=True))
    for scheme, segments in night.schemes.items():
        parts = [
            table.add(
                ("now", scheme, one.segment_id),
                Cell(one.group.customers, one.group.spend, reluctance=OF_A_SEGMENT),
            )
            for one in segments
        ]
        table.add_sum(("all",), parts)
    squares: dict[Key, list[Key]] = {}
    pieces_of: dict[Key, list[Key]] = {}
    for row in night.grid:
        square = ("grid", row["r_score"], row["fm_score"])
        cell = Cell(row["customers"], row["spend"], is_shown=False)
        piece = table.add(("piece", *square, row["segment_id"]), cell)
        pieces_of.setdefault(("now", "rfm", row["segment_id"]), []).append(piece)
        if row["r_score"] is not None:
            squares.setdefault(square, []).append(piece)
    for square, pieces in squares.items():
        table.add(square, Cell(*table.counted(pieces)))
        table.add_sum(square, pieces)
    for segment, pieces in pieces_of.items():
        if segment in table.cells:
            table.add_sum(segment, pieces)
    return table.hidden()


def _hidden_splits(night: NightFigures) -> set[Key]:
    """Hide parts of something known where the part, or what is left of it, is small."""
    everybody = night.totals["customers"]
    parts: list[tuple[Key, int, int]] = [
        ((name,), night.totals[name], everybody) for name in ("buyers", "low_confidence")
    ]
    parts += [
        (
            ("border", one.segment_id),
            night.borders[one.segment_id]["customers"],
            one.group.customers,
        )
        for segments in night.schemes.values()
        for one in segments
        if one.segment_id in night.borders
    ]
    parts += [
        (
            ("active", row["cohort_month"], row["month_number"]),
            row["active_customers"],
            row["customers"],
        )
        for row in night.cohorts
    ]
    wholes = {("cohort", row["cohort_month"]): row["customers"] for row in night.cohorts}
    small = {key for key, count in wholes.items() if _is_small(count)}
    return small | {
        key
        for key, count, whole in parts
        if _is_small(count) or _is_small(whole - count) or _is_small(whole)
    }


def _is_small(customers: int) -> bool:
    return 0 < customers < SMALL_CELL


def _by_scheme(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: str(row["scheme"]))
    return [(scheme, list(found)) for scheme, found in groupby(ordered, lambda row: row["scheme"])]


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
    table = _Table()
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
    table = _Table()
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
        is_shown = not any(_is_small(customers) for customers, _ in counts)
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


def _moves_of(table: _Table) -> list[Key]:
    """Return the cells that are moves from one segment to another."""
    return [key for key in table.cells if key[0] == "flow"]


def _hidden_causes(night: NightFigures, known: set[Key]) -> set[Key]:
    table = _Table()
    for mover in night.movers:
        if mover[CAUSES[0]] is None:
            continue
        moved = ("moved", "night", mover["scheme"])
        table.add(moved, Cell(mover["moved"], is_public=True, is_complement=moved in known))
        parts = [
            table.add(("cause", mover["scheme"], cause), Cell(mover[cause])) for cause in CAUSES
        ]
        table.add_sum(moved, parts)
    return table.hidden() - known


def _hidden_crossed(night: NightFigures, known: set[Key]) -> set[Key]:
    """Hide cells of the tables of who leaves and what they are worth."""
    hidden: set[Key] = set()
    for crossed in night.crossed.values():
        table = _Table()
        found = {(row["row_id"], row["column_id"]): row for row in crossed.cells}
        rows, columns = ({pair[side]: None for pair in found} for side in (0, 1))
        lines: dict[Key, list[Key]] = {}
        for row, column in product(rows, columns):
            cell = found.get((row, column))
            key = table.add(
                ("crossed", crossed.rows, row, column),
                Cell(
                    cell["customers"] if cell else 0,
                    cell["spend"] if cell else Decimal(0),
                    is_shown=cell is not None and cell["customers"] >= SMALL_CELL,
                    reluctance=OF_OTHERS if row is None else IN_A_TABLE,
                ),
            )
            lines.setdefault(("now", crossed.rows, row), []).append(key)
            lines.setdefault(("now", crossed.columns, column), []).append(key)
        sizes = {
            ("now", scheme, one.segment_id): one.group
            for scheme in (crossed.rows, crossed.columns)
            for one in night.schemes.get(scheme, [])
        }
        for whole, parts in lines.items():
            if whole in sizes:
                size = sizes[whole]
                is_hidden = whole in known
                table.add(
                    whole,
                    Cell(size.customers, size.spend, is_public=True, is_complement=is_hidden),
                )
                table.add_sum(whole, parts)
        hidden |= {key for key in table.hidden() if key[0] == "crossed"}
    return hidden
