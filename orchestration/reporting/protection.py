"""The page's numbers of customers as cells with their sums, and what must be hidden of them."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from orchestration.reporting.derivation import SMALL_CELL, Cell, Key, Sum
from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.suppression import hidden_cells

OF_OTHERS, IN_A_TABLE, OF_A_MOVE, OF_A_SEGMENT, OF_ALL = range(5)
"""How reluctantly a cell is hidden beside a small one."""

CAUSES = ("moved_themselves", "moved_by_refit", "moved_at_border")
"""Columns of how many moved by which cause."""


def protected(night: NightFigures) -> NightFigures:
    """Return the figures with what must be hidden; segments know it of themselves."""
    cells = _Cells()
    _add_totals(cells, night)
    _add_segments(cells, night)
    _add_grid(cells, night)
    for earlier in night.earlier:
        for scheme, flows in _by_scheme(earlier.flows):
            _add_flows(cells, earlier.kind, scheme, flows)
    for scheme, flows in _by_scheme(night.migrations):
        _add_flows(cells, "year", scheme, flows)
    _add_causes(cells, night)
    _add_crossed(cells, night)
    _add_cohorts(cells, night)
    hidden = hidden_cells(cells.found, cells.sums)
    schemes = {
        scheme: [
            replace(
                one,
                group=replace(one.group, is_complement=("now", scheme, one.segment_id) in hidden),
            )
            for one in segments
        ]
        for scheme, segments in night.schemes.items()
    }
    return replace(night, schemes=schemes, hidden=hidden)


@dataclass
class _Cells:
    """Collects cells and sums, leaving out nobody's: they give nobody away."""

    found: dict[Key, Cell] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def add(
        self,
        key: Key,
        customers: int,
        spend: Decimal | None = None,
        *,
        is_shown: bool = True,
        reluctance: int = IN_A_TABLE,
    ) -> Key:
        self.found[key] = Cell(customers, spend, is_shown, reluctance)
        return key

    def add_sum(self, whole: Key, parts: list[Key]) -> None:
        """Say that a whole is the sum of its parts, and of some others where these are not all.

        Two tables may count other customers: who refuses profiling since is in no count of tonight.
        Parts of more than the whole say nothing of it.
        """
        told = [key for key in parts if self.found[key].customers or not self.found[key].is_shown]
        if whole not in self.found:
            return
        rest = self.found[whole].customers - sum(self.found[key].customers for key in told)
        if rest < 0:
            return
        if rest > 0:
            told.append(self.add(("rest", whole, len(self.sums)), rest, is_shown=False))
        spends = [self.found[key].spend for key in told]
        money = sum((spend for spend in spends if spend is not None), Decimal(0))
        is_of_money = None not in spends and self.found[whole].spend == money
        self.sums.append(Sum(whole, tuple(told), is_of_money))

    def counted(self, parts: list[Key]) -> tuple[int, Decimal]:
        """Return the customers of some cells, and what they spent."""
        found = [self.found[key] for key in parts]
        spends = (cell.spend or Decimal(0) for cell in found)
        return sum(cell.customers for cell in found), sum(spends, Decimal(0))

    def customers_of(self, key: Key) -> int:
        return self.found[key].customers if key in self.found else 0

    def split(self, whole: Key, part: Key) -> None:
        """Say that the rest of a whole follows from a part of it."""
        rest = self.found[whole].customers - self.found[part].customers
        if rest > 0:
            self.add_sum(whole, [part, self.add(("not", part), rest, is_shown=False)])


def _add_totals(cells: _Cells, night: NightFigures) -> None:
    totals = night.totals
    cells.add(("all",), totals["customers"], totals["spend"], reluctance=OF_ALL)
    for name in ("buyers", "low_confidence"):
        cells.add((name,), totals[name], reluctance=OF_A_SEGMENT)
        cells.split(("all",), (name,))


def _add_segments(cells: _Cells, night: NightFigures) -> None:
    """Add tonight's segments, with those whom a scheme leaves out, and those on a border."""
    for scheme, segments in night.schemes.items():
        parts = [
            cells.add(
                ("now", scheme, one.segment_id),
                one.group.customers,
                one.group.spend,
                reluctance=OF_A_SEGMENT,
            )
            for one in segments
        ]
        rest = night.totals["customers"] - sum(one.group.customers for one in segments)
        money = night.totals["spend"] - sum(one.group.spend for one in segments)
        if rest > 0:
            parts.append(cells.add(("outside", scheme), rest, money, is_shown=False))
        cells.add_sum(("all",), parts)
        for one in segments:
            if one.segment_id in night.borders:
                border = cells.add(
                    ("border", one.segment_id), night.borders[one.segment_id]["customers"]
                )
                cells.split(("now", scheme, one.segment_id), border)


def _add_grid(cells: _Cells, night: NightFigures) -> None:
    """Add the RFM grid: every square belongs to one segment, or to several of a finer map."""
    squares: dict[Key, list[Key]] = {}
    segments: dict[Key, list[Key]] = {}
    for row in night.grid:
        square = ("grid", row["r_score"], row["fm_score"])
        piece = cells.add(
            ("piece", *square, row["segment_id"]), row["customers"], row["spend"], is_shown=False
        )
        segments.setdefault(("now", "rfm", row["segment_id"]), []).append(piece)
        if row["r_score"] is not None:
            squares.setdefault(square, []).append(piece)
    for square, pieces in squares.items():
        cells.add(square, *cells.counted(pieces))
        cells.add_sum(square, pieces)
    for segment, pieces in segments.items():
        cells.add_sum(segment, pieces)


def _by_scheme(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: str(row["scheme"]))
    return [(scheme, list(found)) for scheme, found in groupby(ordered, lambda row: row["scheme"])]


def _add_flows(cells: _Cells, kind: str, scheme: str, flows: list[Row]) -> None:
    """Add who went from where to where in one scheme, with the totals by row and by column."""
    then_of: dict[str | None, list[Key]] = {}
    now_of: dict[str | None, list[Key]] = {}
    stays: list[Key] = []
    moves: list[Key] = []
    for row in flows:
        then, now = row["from_segment_id"], row["to_segment_id"]
        # Since the night before, only moves are told.
        key = cells.add(
            ("flow", kind, scheme, then, now),
            row["customers"],
            row["spend"],
            is_shown=kind != "night" or then != now,
        )
        (stays if then == now else moves).append(key)
        then_of.setdefault(then, []).append(key)
        now_of.setdefault(now, []).append(key)
    for then, parts in then_of.items():
        before = cells.counted(parts)[0]
        change = cells.customers_of(("now", scheme, then)) - before
        whole = cells.add(
            ("then", kind, scheme, then),
            before,
            is_shown=kind != "night" or abs(change) >= SMALL_CELL,
            reluctance=OF_A_SEGMENT,
        )
        cells.add_sum(whole, parts)
    for now, parts in now_of.items():
        cells.add_sum(("now", scheme, now), parts)
    if kind != "year":
        moved = set(moves)
        for segment in {*then_of, *now_of} - {None}:
            _add_sides(
                cells,
                (kind, scheme, segment),
                [key for key in now_of.get(segment, []) if key in moved],
                [key for key in then_of.get(segment, []) if key in moved],
            )
    _add_whole(cells, (kind, scheme), moves, stays)


def _add_sides(cells: _Cells, of: tuple[Key, ...], came: list[Key], left: list[Key]) -> None:
    """Add who came into a segment and who left it.

    Where one of the two is small neither is told: it would follow from the other, and from how
    much the segment grew.
    """
    sides = {"in": cells.counted(came), "out": cells.counted(left)}
    is_shown = not any(0 < customers < SMALL_CELL for customers, _ in sides.values())
    for side, parts in (("in", came), ("out", left)):
        customers, spend = sides[side]
        whole = cells.add((side, *of), customers, spend, is_shown=is_shown, reluctance=OF_A_MOVE)
        cells.add_sum(whole, parts)


def _add_whole(cells: _Cells, of: tuple[Key, ...], moves: list[Key], stays: list[Key]) -> None:
    """Add how many of a scheme moved, and how many stayed."""
    kind = of[0]
    moved = cells.add(
        ("moved", *of),
        cells.counted(moves)[0],
        is_shown=kind == "night",
        reluctance=OF_A_SEGMENT,
    )
    stayed = cells.add(
        ("stayed", *of),
        cells.counted(stays)[0],
        is_shown=kind == "year",
        reluctance=OF_A_SEGMENT,
    )
    span = cells.add(("span", *of), cells.counted(moves + stays)[0], reluctance=OF_ALL)
    cells.add_sum(moved, moves)
    cells.add_sum(stayed, stays)
    cells.add_sum(span, [moved, stayed])


def _add_causes(cells: _Cells, night: NightFigures) -> None:
    for mover in night.movers:
        moved = ("moved", "night", mover["scheme"])
        if mover[CAUSES[0]] is None or moved not in cells.found:
            continue
        parts = [cells.add(("cause", mover["scheme"], cause), mover[cause]) for cause in CAUSES]
        rest = mover["moved"] - sum(mover[cause] for cause in CAUSES)
        if rest > 0:
            parts.append(cells.add(("cause", mover["scheme"], None), rest, is_shown=False))
        cells.add_sum(moved, parts)


def _add_crossed(cells: _Cells, night: NightFigures) -> None:
    for crossed in night.crossed.values():
        wholes: dict[Key, list[Key]] = {}
        for row in crossed.cells:
            key = cells.add(
                ("crossed", crossed.rows, row["row_id"], row["column_id"]),
                row["customers"],
                row["spend"],
                reluctance=OF_OTHERS if row["row_id"] is None else IN_A_TABLE,
            )
            wholes.setdefault(("now", crossed.rows, row["row_id"]), []).append(key)
            wholes.setdefault(("now", crossed.columns, row["column_id"]), []).append(key)
        for whole, parts in wholes.items():
            cells.add_sum(whole, parts)


def _add_cohorts(cells: _Cells, night: NightFigures) -> None:
    for row in night.cohorts:
        cohort = cells.add(
            ("cohort", row["cohort_month"]), row["customers"], reluctance=OF_A_SEGMENT
        )
        active = cells.add(
            ("active", row["cohort_month"], row["month_number"]), row["active_customers"]
        )
        cells.split(cohort, active)
