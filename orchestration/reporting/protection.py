"""The page's numbers of customers as cells with their sums, and what must be hidden of them."""

from dataclasses import replace
from datetime import date
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
from orchestration.reporting.figures import Crossed, NightFigures, Row
from orchestration.reporting.flow_protection import hidden_flows

CAUSES = ("moved_themselves", "moved_by_refit", "moved_at_border")
"""Columns of how many moved by which cause."""


def protected(night: NightFigures) -> NightFigures:
    """Return the figures with what must be hidden; segments know it of themselves.

    Tonight's tables come first, for they tell the same customers: segments, the RFM grid, and who
    leaves by what they are worth. Every span that tonight is compared with then takes the sizes of
    segments as known, or as secrets where they are hidden.
    """
    hidden = set(_hidden_tonight(night))
    hidden |= _hidden_splits(night)
    for (scheme, _), kinds in _spans(night).items():
        hidden |= hidden_flows(tuple(kinds), scheme, next(iter(kinds.values())), hidden)
    hidden |= _hidden_causes(night, hidden)
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


def _spans(night: NightFigures) -> dict[tuple[str, date], dict[str, list[Row]]]:
    """Return the flows by scheme and first night, by what they are told as.

    The night before may be that of a month ago, and this one the first of a year.
    """
    spans: dict[tuple[str, date], dict[str, list[Row]]] = {}
    for earlier in night.earlier:
        for scheme, flows in _by_scheme(earlier.flows):
            spans.setdefault((scheme, earlier.night), {})[earlier.kind] = flows
    for scheme, flows in _by_scheme(night.migrations):
        spans.setdefault((scheme, flows[0]["first_night"]), {})["year"] = flows
    return spans


def _hidden_tonight(night: NightFigures) -> set[Key]:
    """Hide tonight's segments, squares of the RFM grid, and cells of who leaves.

    Of one row of the latter, all others, no size is told. Where it follows from the segments that
    are shown, it is as if it were.
    """
    known: set[str] = set()
    while True:
        hidden = _tonight(night, known).hidden()
        more = {rows for rows in night.crossed if _others_follow(night, rows, hidden)} - known
        if not more:
            return hidden
        known |= more


def _others_follow(night: NightFigures, rows: str, hidden: set[Key]) -> bool:
    """Return whether shown numbers give how many stand in the row of the others."""
    leaving = night.crossed[rows].leaving
    segments = [one.segment_id for one in night.schemes.get(rows, [])]
    sides: list[list[Key]] = [
        [("now", rows, segment) for segment in segments if (segment in leaving) == is_leaving]
        for is_leaving in (True, False)
    ]
    columns = {row["column_id"] for row in night.crossed[rows].cells}
    sides.append([("crossed", rows, None, column) for column in columns])
    return any(not hidden & set(side) for side in sides)


def _tonight(night: NightFigures, known_others: set[str]) -> CellTable:
    """Return all cells of tonight, with `known_others` the rows of all others of known size."""
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
    _add_grid(table, night)
    for crossed in night.crossed.values():
        _add_crossed(table, night, crossed, is_known=crossed.rows in known_others)
    return table


def _add_grid(table: CellTable, night: NightFigures) -> None:
    """Add the squares of the RFM grid: a square is of one segment or more."""
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


def _add_crossed(
    table: CellTable, night: NightFigures, crossed: Crossed, *, is_known: bool
) -> None:
    """Add the cells of who leaves and what they are worth, with the sums of rows and columns."""
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
    others = lines.pop(("now", crossed.rows, None), [])
    if others:
        whole = ("others", crossed.rows)
        segments = [
            ("now", crossed.rows, one.segment_id)
            for one in night.schemes.get(crossed.rows, [])
            if one.segment_id not in crossed.leaving
        ]
        table.add(whole, Cell(*table.counted(segments), is_shown=is_known, is_public=True))
        lines[whole] = others
        if segments:
            table.add_sum(whole, segments)
    for whole, parts in lines.items():
        if whole in table.cells:
            table.add_sum(whole, parts)


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
