"""What changed since the night before and since a month ago: totals, segments, moves, money."""

from decimal import Decimal
from typing import Any

from orchestration.reporting import charts
from orchestration.reporting.figures import Earlier, Group, NightFigures, Row, Segment
from orchestration.reporting.overview import CHIEF
from orchestration.reporting.protection import CAUSES
from orchestration.reporting.wording import Wording

MOVES_SHOWN = 6
"""Of each scheme; the rest is told as one number."""


def total_changes(night: NightFigures, words: Wording) -> list[Row]:
    """Return customers, money and orders of tonight, and by how much they grew since when."""
    totals, year = night.totals, night.year
    everybody = Group(totals["customers"], totals["spend"])
    rows = [
        ("customers", words.customers(everybody)),
        ("spend", words.spend(everybody)),
        ("revenue", words.money(year["revenue"])),
        ("orders", words.number(year["orders"])),
    ]
    grown = [_total_growth(night, earlier, words) for earlier in night.earlier]
    return [
        {"title": words(f"total.{name}"), "tonight": told, "grown": [each[name] for each in grown]}
        for name, told in rows
    ]


def _total_growth(night: NightFigures, earlier: Earlier, words: Wording) -> dict[str, str]:
    """Return by how much each total grew; every customer is in a segment of `rfm`."""
    before = [group for (scheme, _), group in earlier.sizes.items() if scheme == "rfm"]
    customers = night.totals["customers"] - sum(group.customers for group in before)
    spend = night.totals["spend"] - sum((group.spend for group in before), Decimal(0))
    orders = night.year["orders"] - earlier.year["orders"]
    return {
        "customers": words.grown_by(customers) if before else words.unknown,
        "spend": words.grown_by_money(spend) if before else words.unknown,
        "revenue": words.grown_by_money(night.year["revenue"] - earlier.year["revenue"]),
        "orders": words.signed(orders),
    }


def segment_changes(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return, by scheme, each segment with how it grew and who came and left since when."""
    tables = []
    for scheme, segments in night.schemes.items():
        compared = [
            earlier
            for earlier in night.earlier
            if any(flow["scheme"] == scheme for flow in earlier.flows)
        ]
        if compared:
            tables.append(
                {
                    "scheme": scheme,
                    "title": words.known(f"scheme.{scheme}", scheme),
                    "since": [since(earlier, words) for earlier in compared],
                    "kinds": [earlier.kind for earlier in compared],
                    "rows": [
                        {
                            "name": charts.segment_name(segment, words),
                            "customers": words.customers(segment.group),
                            "spend": words.spend(segment.group),
                            "since": [
                                _segment_change(night, earlier, segment, scheme, words)
                                for earlier in compared
                            ],
                        }
                        for segment in segments
                    ],
                }
            )
    return tables


def since(earlier: Earlier, words: Wording) -> str:
    """Say what an earlier night is, and which."""
    return words(f"since.{earlier.kind}", date=words.date(earlier.night))


def growth_of(night: NightFigures, earlier: Earlier, segment: Segment, scheme: str) -> int | None:
    """Return by how many customers a segment grew, or None if that must not be told."""
    is_hidden = segment.group.is_hidden or night.is_hidden(
        ("then", earlier.kind, scheme, segment.segment_id)
    )
    before = earlier.sizes.get((scheme, segment.segment_id), Group(0, Decimal(0)))
    return None if is_hidden or before.is_hidden else segment.group.customers - before.customers


def _segment_change(
    night: NightFigures, earlier: Earlier, segment: Segment, scheme: str, words: Wording
) -> dict[str, tuple[str, str]]:
    """Return customers and money: by how much the segment grew, who came and who left."""
    sides = {side: _moved(night, earlier, segment, scheme, side=side) for side in ("in", "out")}
    told = {side: (words.customers(group), words.spend(group)) for side, group in sides.items()}
    before = earlier.sizes.get((scheme, segment.segment_id), Group(0, Decimal(0)))
    grown = growth_of(night, earlier, segment, scheme)
    if not any(known == scheme for known, _ in earlier.sizes):
        return {"net": (words.unknown, words.unknown), **told}
    if grown is None:
        return {"net": (words.hidden, words.hidden), **told}
    money = words.grown_by_money(segment.group.spend - before.spend)
    return {"net": (words.grown_by(grown), money), **told}


def _moved(
    night: NightFigures, earlier: Earlier, segment: Segment, scheme: str, *, side: str
) -> Group:
    """Return who came into a segment, or left it, with their money as of tonight."""
    here, there = ("to", "from") if side == "in" else ("from", "to")
    flows = [
        flow
        for flow in earlier.flows
        if flow["scheme"] == scheme
        and flow[f"{here}_segment_id"] == segment.segment_id
        and flow[f"{there}_segment_id"] != segment.segment_id
    ]
    return night.group(
        (side, earlier.kind, scheme, segment.segment_id),
        sum(flow["customers"] for flow in flows),
        sum((flow["spend"] for flow in flows), Decimal(0)),
    )


def scheme_changes(night: NightFigures, words: Wording) -> list[Row]:
    """Return, by scheme, how many moved since the night before and the largest moves."""
    names = {
        segment.segment_id: charts.segment_name(segment, words)
        for segments in night.schemes.values()
        for segment in segments
    }
    flows = [flow for earlier in night.earlier if earlier.kind == "night" for flow in earlier.flows]
    changes = []
    for mover in night.movers:
        scheme = mover["scheme"]
        moves = [
            flow
            for flow in flows
            if flow["scheme"] == scheme and flow["from_segment_id"] != flow["to_segment_id"]
        ]
        told = [move for move in moves if not _move_group(night, scheme, move).is_hidden]
        shown = told[:MOVES_SHOWN]
        changes.append(
            {
                "title": words.known(f"scheme.{scheme}", scheme),
                "scheme": scheme,
                "is_chief": scheme in CHIEF,
                "previous": mover["previous_as_of_date"],
                "moved": night.group(("moved", "night", scheme), mover["moved"]),
                "customers": mover["customers"],
                "causes": _causes(night, mover, words),
                "moves": [
                    {
                        "from": _segment(move["from_segment_id"], "changes.new", names, words),
                        "to": _segment(move["to_segment_id"], "changes.left", names, words),
                        "customers": words.customers(_move_group(night, scheme, move)),
                    }
                    for move in shown
                ],
                "other_moves": len(moves) - len(shown),
            }
        )
    return changes


def _move_group(night: NightFigures, scheme: str, move: Row) -> Group:
    key = ("flow", "moves", "night", scheme, move["from_segment_id"], move["to_segment_id"])
    return night.group(key, move["customers"], move["spend"])


def _causes(night: NightFigures, mover: Row, words: Wording) -> str | None:
    """Say how many moved by which cause, where the scheme tells causes and somebody moved."""
    if mover[CAUSES[0]] is None:
        return None
    counted = {
        cause: night.group(("cause", mover["scheme"], cause), mover[cause]) for cause in CAUSES
    }
    return words(
        "changes.causes", **{cause: words.customers(group) for cause, group in counted.items()}
    )


def _segment(segment_id: str | None, absent: str, names: dict[str, str], words: Wording) -> str:
    return words(absent) if segment_id is None else names.get(segment_id, segment_id)
