"""One customer's story in plain lines, in English or Chinese."""

import re
import unicodedata
from typing import Any

from orchestration.reporting.charts import strongest, times
from orchestration.reporting.wording import Wording

WIDTH = 100
"""Columns of a line; a Chinese character takes two."""
FEATURES_TOLD = 4
"""Of those in which a segment's means lie furthest from everybody's."""
HANGING = 2
"""Columns by which what belongs to a scheme is indented."""

# How each figure is written; a probability has a digit more than a share, for it is compared.
_FORMATS = {
    "monetary": "money",
    "average_order_value": "money",
    "spend_365d": "money",
    "margin_365d": "money",
    "expected_spend_365d": "money",
    "discount_share": "share",
    "return_share": "share",
    "p_alive": "probability",
    "churn_probability": "probability",
    "expected_orders_90d": "decimal",
    "prediction_source": "source",
    "value_prediction_source": "source",
}
_MARGIN_IN_MONEY = ("value_tier", "clv_tier", "asset_tier")
_MARGIN_IN_SHARES = ("churn_risk", "risk_appetite")


def story_text(story: dict[str, Any], words: Wording, *, are_reasons_in_it: bool = True) -> str:
    """Return the story as plain lines.

    Reasons stand in the language in which the night wrote them; `are_reasons_in_it` says whether
    that is the one of `words`.
    """
    title = words(
        "explain.title", customer=story["customer_id"], night=words.date(story["as_of_date"])
    )
    lines = [title, ""]
    figures = {
        words(f"figure.{name}"): _figure(name, value, words)
        for name, value in story["figures"].items()
        if value is not None
    }
    longest = max(_width(label) for label in figures)
    lines += [f"  {_padded(label, longest)}  {value}" for label, value in figures.items()]
    if not are_reasons_in_it:
        lines += ["", words("explain.stored")]
    tonight = {segment["scheme"]: segment for segment in story["segments"]}
    for scheme in sorted({*tonight, *(stay["scheme"] for stay in story["stays"])}):
        stays = [stay for stay in story["stays"] if stay["scheme"] == scheme]
        lines += ["", *_scheme_lines(scheme, tonight.get(scheme), stays, words)]
    return "\n".join(lines)


def distance_text(segment: dict[str, Any], words: Wording) -> str | None:
    """Say how far the next segment is, in the unit of the scheme's score; null without one.

    A margin below 0 is that of who is held back across a boundary.
    """
    if segment["next_segment_id"] is None or segment["margin"] is None:
        return None
    scheme, margin = segment["scheme"], float(segment["margin"])
    if scheme in _MARGIN_IN_MONEY:
        amount = _money(abs(margin), words)
    elif scheme in _MARGIN_IN_SHARES:
        amount = f"{100 * abs(margin):.1f}"
    else:
        amount = f"{abs(margin):.3g}"
    unit = words.known(f"explain.unit.{scheme}", words.texts["explain.unit"])
    key = "explain.across" if margin < 0 else "explain.distance"
    return words(
        key,
        distance=unit.format(amount=amount),
        segment=_named(segment, words, prefix="next_"),
    )


def _scheme_lines(
    scheme: str, segment: dict[str, Any] | None, stays: list[dict[str, Any]], words: Wording
) -> list[str]:
    title = words.known(f"scheme.{scheme}", scheme)
    if segment is None:
        lines = [words("explain.absent", scheme=title)]
    else:
        lines = [words("explain.segment", scheme=title, segment=_named(segment, words))]
        rule = _in_language(segment, "rule_text", words)
        if rule is not None:
            lines += _wrapped(words("explain.rule", rule=rule))
        index = segment["index_vs_base"]
        apart = [
            f"{words.known(f'feature.{name}', name)} {times(index[name])}"
            for name in strongest(index, FEATURES_TOLD)
        ]
        if apart:
            lines += _wrapped(
                words("explain.apart", features=words("behaviour.between").join(apart))
            )
        border = words("explain.border" if segment["is_borderline"] else "explain.no_border")
        distance = distance_text(segment, words) or words("explain.no_next")
        lines += _wrapped(words("explain.where", border=border, distance=distance))
        for reason in ("reason_1", "reason_2", "reason_3"):
            if segment[reason]:
                lines += _wrapped(words("explain.because", reason=segment[reason]))
    for stay in stays:
        said = words(
            "explain.stay",
            first=stay["valid_from"],
            last=stay["valid_to"] or words("explain.now"),
            segment=_named(stay, words),
            reason=stay["entry_reason"],
        )
        lines += _wrapped(said)
    return lines


def _named(row: dict[str, Any], words: Wording, prefix: str = "") -> str:
    """Return a segment's name and id."""
    segment_id = row[f"{prefix}segment_id"]
    name = _in_language(row, f"{prefix}segment_name", words)
    return words("explain.named", name=name, id=segment_id) if name else str(segment_id)


def _in_language(row: dict[str, Any], column: str, words: Wording) -> str | None:
    """Return a text of a segment; in English where an older version told it in no other."""
    own = row.get(f"{column}_zh") if words.language == "zh" else None
    return own or row.get(column)


def _figure(name: str, value: Any, words: Wording) -> str:
    match _FORMATS.get(name):
        case "money":
            return _money(value, words)
        case "share":
            return f"{value:.0%}"
        case "probability":
            return f"{value:.1%}"
        case "decimal":
            return f"{value:,.1f}"
        case "source":
            return words(f"source.{value}")
        case _:
            return f"{value:,}" if isinstance(value, int) else str(value)


def _money(value: Any, words: Wording) -> str:
    return f"{value:,.2f}" + (f" {words.currency}" if words.currency else "")


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _wrapped(text: str) -> list[str]:
    """Return a text as indented lines, broken at spaces or after any Chinese character."""
    lines, used = [" " * HANGING], HANGING
    for piece in re.findall(r"[⺀-￯]|[^\s⺀-￯]+\s*|\s+", text):
        if used + _width(piece.rstrip()) > WIDTH and piece not in "，。；：）":
            lines.append(" " * (2 * HANGING))
            used = 2 * HANGING
        lines[-1] += piece
        used += _width(piece)
    return [line.rstrip() for line in lines]
