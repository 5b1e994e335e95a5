"""The night in a few sentences: what a reader in a hurry takes away."""

from orchestration.reporting import charts, quality
from orchestration.reporting.changes import growth_of, since
from orchestration.reporting.derivation import SMALL_CELL
from orchestration.reporting.figures import Earlier, NightFigures, Segment
from orchestration.reporting.leaving import leaving_answer
from orchestration.reporting.overview import most_money
from orchestration.reporting.wording import Wording

MOVES_TOLD = 2
"""Segments that grew, and that shrank, by name."""


def answers(night: NightFigures, words: Wording) -> list[str]:
    """Return the sentences at the head of the page, the first being the most important."""
    told = [_most_money(night, words), _movement(night, words), *_leaving(night, words)]
    if night.totals["with_value"]:
        told.append(_expected(night, words))
    told.append(quality.verdict(night, words))
    return [sentence for sentence in told if sentence]


def _most_money(night: NightFigures, words: Wording) -> str | None:
    """Name the segment of `rfm` that brings most; no other one where that is hidden."""
    most = most_money(night.schemes.get("rfm", []))
    if most is None:
        return None
    if most.group.is_hidden:
        return words("answer.most_money_hidden")
    return words(
        "answer.most_money",
        segment=charts.segment_name(most, words),
        customers=words.customers(most.group),
        people=words.share(most.customer_share),
        money=words.share(most.spend_share),
    )


def _movement(night: NightFigures, words: Wording) -> str:
    """Name what grew and shrank since a month ago, or else since the night before."""
    if not night.earlier:
        return words("changes.first")
    earlier = night.earlier[-1]
    grown = _growths(night, earlier)
    up = [_told(one, change, words) for change, one in grown[::-1] if change >= SMALL_CELL]
    down = [_told(one, change, words) for change, one in grown if change <= -SMALL_CELL]
    when = since(earlier, words)
    if not up and not down:
        return words("answer.steady", since=when)
    parts = [
        words(key, segments=words("answer.between").join(told[:MOVES_TOLD]))
        for key, told in (("answer.grew", up), ("answer.shrank", down))
        if told
    ]
    return words("answer.moved", since=when, told=words("answer.between").join(parts))


def _growths(night: NightFigures, earlier: Earlier) -> list[tuple[int, Segment]]:
    """Return the segments of `rfm` by how much they grew, those that shrank most first."""
    grown = [(growth_of(night, earlier, one, "rfm"), one) for one in night.schemes.get("rfm", [])]
    told = [(change, one) for change, one in grown if change is not None]
    return sorted(told, key=lambda found: (found[0], found[1].segment_id))


def _told(segment: Segment, change: int, words: Wording) -> str:
    return words(
        "answer.segment",
        segment=charts.segment_name(segment, words),
        change=words.grown_by(change),
    )


def _leaving(night: NightFigures, words: Wording) -> list[str]:
    """Say who is worth most and leaving: by prediction where there is one, else by lifecycle."""
    crossed = next(iter(night.crossed.values()), None)
    return [leaving_answer(crossed, night, words)] if crossed else []


def _expected(night: NightFigures, words: Wording) -> str:
    said = words("predictions.expected", spend=words.money(night.totals["expected_spend"]))
    return (
        f"{said} {words('predictions.extrapolated')}" if night.totals["is_extrapolated"] else said
    )
