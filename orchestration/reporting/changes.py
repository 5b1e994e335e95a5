"""Who moved since the night before: by scheme, how many, why, and the largest moves."""

from decimal import Decimal

from orchestration.reporting import charts
from orchestration.reporting.figures import SMALL_CELL, Group, NightFigures, Row
from orchestration.reporting.overview import CHIEF
from orchestration.reporting.wording import Wording

CAUSES = ("moved_themselves", "moved_by_refit", "moved_at_border")
"""Columns of how many moved by which cause."""

MOVES_SHOWN = 6
"""Of each scheme; the rest is told as one number."""


def scheme_changes(night: NightFigures, words: Wording) -> list[Row]:
    """Return, by scheme, how many moved since the night before and the largest moves."""
    names = {
        segment.segment_id: charts.segment_name(segment, words)
        for segments in night.schemes.values()
        for segment in segments
    }
    changes = []
    for mover in night.movers:
        moves = [move for move in night.moves if move["scheme"] == mover["scheme"]]
        shown = [move for move in moves if move["customers"] >= SMALL_CELL][:MOVES_SHOWN]
        changes.append(
            {
                "title": words.known(f"scheme.{mover['scheme']}", mover["scheme"]),
                "is_chief": mover["scheme"] in CHIEF,
                "previous": mover["previous_as_of_date"],
                "moved": Group(mover["moved"], Decimal(0)),
                "customers": mover["customers"],
                "causes": _causes(mover, words),
                "moves": [
                    {
                        "from": _segment(move["from_segment_id"], "changes.new", names, words),
                        "to": _segment(move["to_segment_id"], "changes.left", names, words),
                        "customers": words.number(move["customers"]),
                    }
                    for move in shown
                ],
                "other_moves": len(moves) - len(shown),
            }
        )
    return changes


def _causes(mover: Row, words: Wording) -> str | None:
    """Say how many moved by which cause, where the scheme tells causes and somebody moved."""
    if mover[CAUSES[0]] is None:
        return None
    counted = {cause: Group(mover[cause], Decimal(0)) for cause in CAUSES}
    return words(
        "changes.causes", **{cause: words.customers(group) for cause, group in counted.items()}
    )


def _segment(segment_id: str | None, absent: str, names: dict[str, str], words: Wording) -> str:
    return words(absent) if segment_id is None else names.get(segment_id, segment_id)
