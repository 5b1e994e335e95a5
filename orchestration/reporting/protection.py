"""The page's numbers of customers as cells with their sums, and what must be hidden of them."""

from dataclasses import replace
from decimal import Decimal
from itertools import groupby, product

from orchestration.reporting.cell_table import (
    IN_A_TABLE,
    OF_A_SEGMENT,
    OF_OTHERS,
    CellTable,
    is_small,
)
from orchestration.reporting.derivation import SMALL_CELL, Cell, Key
from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.flow_protection import hidden_flows, hidden_moves

CAUSES = ("moved_themselves", "moved_by_refit", "moved_at_border")
"""Columns of how many moved by which cause."""


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


def _hidden_segments(night: NightFigures) -> set[Key]:
    """Hide tonight's segments, and squares of the RFM grid: a square is of one segment or more."""
    table = CellTable()
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
    small = {key for key, count in wholes.items() if is_small(count)}
    return small | {
        key
        for key, count, whole in parts
        if is_small(count) or is_small(whole - count) or is_small(whole)
    }


def _by_scheme(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    ordered = sorted(rows, key=lambda row: str(row["scheme"]))
    return [(scheme, list(found)) for scheme, found in groupby(ordered, lambda row: row["scheme"])]


def _hidden_causes(night: NightFigures, known: set[Key]) -> set[Key]:
    table = CellTable()
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
        table = CellTable()
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
