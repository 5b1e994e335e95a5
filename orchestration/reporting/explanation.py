"""How segments explain themselves on the page: rule, typical customer, border, reasons."""

from typing import Any

from orchestration.reporting import charts
from orchestration.reporting.figures import NightFigures, Segment
from orchestration.reporting.wording import Wording


def told(segment: Segment, column: str, words: Wording) -> str | None:
    """Return a text of a segment in the page's language.

    In English where an older version told it in no other, null where it told nothing.
    """
    own = segment.facts.get(f"{column}_zh") if words.language == "zh" else None
    return own or segment.facts.get(column)


PLAYED = ("offer", "channel", "message_angle", "service_level", "contact_limit")
"""What the playbook says of a segment beside its action, in the order in which it is told."""


def plays_of(segment: Segment, words: Wording) -> list[str]:
    """Return what the playbook says of a segment, a sentence each."""
    said = {column: told(segment, column, words) for column in PLAYED}
    return [words(f"play.{column}", told=text) for column, text in said.items() if text]


def border(segment: Segment, night: NightFigures, words: Wording) -> str | None:
    """Say how many stand on the border, and near which segment most of them do.

    Null for a segment that is too small, or of a scheme that nobody tells by name.
    """
    found = night.borders.get(segment.segment_id)
    if segment.group.is_hidden:
        return None
    if found is None:
        return words("border.nobody")
    group = night.group(("border", segment.segment_id), found["customers"])
    if group.is_hidden:
        return words("border.few")
    near = night.names.get(found["next_segment_id"], {})
    name = near.get("segment_name_zh" if words.language == "zh" else "segment_name")
    return words(
        "border.some",
        customers=words.customers(group),
        segment=name or found["next_segment_id"] or "–",
    )


def learned_segments(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return what the page shows of each learned segment that is large enough to be shown."""
    return [
        {
            "segment": segment,
            "name": charts.segment_name(segment, words),
            "picture": charts.profile(
                night.index["behaviour"][segment.segment_id],
                charts.segment_name(segment, words),
                words,
            ),
            "facts": _facts(segment, night, words),
        }
        for segment in night.schemes.get("behaviour", [])
        if night.index.get("behaviour", {}).get(segment.segment_id) and not segment.group.is_hidden
    ]


def _facts(segment: Segment, night: NightFigures, words: Wording) -> list[tuple[str, str]]:
    """Return what stands below a picture: the name of each fact, and the fact."""
    typical = told(segment, "typical_customer", words)
    facts = []
    # A model of before told neither apart from the whole rule.
    if typical is not None:
        facts = [
            (words("behaviour.rule"), _short_rule(segment, words)),
            (words("behaviour.typical"), _sentence(typical)),
        ]
    where = border(segment, night, words)
    if where is not None:
        facts.append((words("behaviour.border"), _sentence(where)))
    # As the night wrote them: after a change of language those of before are left out.
    reasons = [
        _sentence(reason)
        for reason in night.reasons.get(segment.segment_id, [])
        if reason and words.is_written_in(reason)
    ]
    if reasons:
        facts.append((words("behaviour.reasons"), words("behaviour.between_reasons").join(reasons)))
    return facts


def _short_rule(segment: Segment, words: Wording) -> str:
    rule = told(segment, "short_rule", words)
    if rule is None:
        return words("behaviour.no_rule")
    return words(
        "behaviour.fidelity",
        rule=_sentence(rule),
        precision=words.share(segment.facts["rule_precision"]),
        recall=words.share(segment.facts["rule_recall"]),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
