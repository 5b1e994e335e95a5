"""What the page's template fills in, section by section."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from markupsafe import Markup

from orchestration.reporting import charts, quality
from orchestration.reporting.answers import answers
from orchestration.reporting.candidates import candidates_picture
from orchestration.reporting.changes import scheme_changes, segment_changes, since, total_changes
from orchestration.reporting.contrast import contrast_tables
from orchestration.reporting.explanation import border, learned_segments, plays_of, told
from orchestration.reporting.figures import NightFigures, Segment
from orchestration.reporting.flow import flow_pictures
from orchestration.reporting.leaving import leaving_tables
from orchestration.reporting.migration import migration_tables
from orchestration.reporting.nights import link, neighbours
from orchestration.reporting.overview import CHIEF, scheme_overview
from orchestration.reporting.proof import prediction_proofs
from orchestration.reporting.reading import a_month_before
from orchestration.reporting.reasons import unavailable_because
from orchestration.reporting.retention import retention_table
from orchestration.reporting.verdicts import group_verdict, prediction_verdicts
from orchestration.reporting.wording import Wording

GRID_BARS, CARD_BARS = 8, 2
"""Heights of the RFM grid, and of a card's title and margins, in bars of segments."""


def page_content(night: NightFigures, words: Wording, pages: dict[date, str]) -> dict[str, Any]:
    """Return what the template fills in: one part a section, and which sections there are."""
    content: dict[str, Any] = {
        "words": words,
        "night": night,
        "info": night.run_info,
        "answers": answers(night, words),
        **_header(night, words, pages),
        **_segments(night, words),
        **_changes(night, words),
        **_quality(night, words),
        "overview": scheme_overview(night, words),
        "profiles": learned_segments(night, words),
        "revenue_wide": _revenue(night, words, width=960, height=240),
        "revenue_narrow": _revenue(night, words, width=380, height=220),
        "migrations": migration_tables(night, words),
        "flows": flow_pictures(night, words),
        "retention": retention_table(night, words),
        "leaving": leaving_tables(night, words),
        "at_risk": _segment_of(night, "churn_risk", "churn_risk.high"),
        "proofs": prediction_proofs(night, words),
        "prediction_verdicts": prediction_verdicts(night, words),
        "group_verdict": group_verdict(night, words),
        "candidates": candidates_picture(night.candidates, words),
        "unavailable": [
            (
                words.known(f"scheme.{row['scheme']}", row["scheme"]),
                unavailable_because(row["status_reason"], words),
            )
            for row in night.unavailable
        ],
    }
    return content | {"sections": list(_sections(content))}


def _sections(content: dict[str, Any]) -> Iterator[str]:
    """Return the sections that have something to say, in the order of the page."""
    night: NightFigures = content["night"]
    is_predicted = night.totals["with_churn"] or night.totals["with_value"]
    has_something = {
        "changes": True,
        "money": content["scheme_cards"],
        "behaviour": content["profiles"],
        "leaving": content["leaving"],
        "actions": content["scheme_cards"],
        "migration": content["migrations"] or content["flows"],
        "retention": content["retention"],
        "revenue": content["revenue_wide"],
        "schemes": content["overview"],
        "predictions": content["proofs"] or is_predicted,
        "models": True,
        "quality": True,
    }
    return (section for section, found in has_something.items() if found)


def _header(night: NightFigures, words: Wording, pages: dict[date, str]) -> dict[str, Any]:
    """Return the links to other nights and the line below the title."""
    before, after = neighbours(pages, night.as_of_date)
    everybody = words.customers(night.group(("all",), night.totals["customers"]))
    buyers = night.group(("buyers",), night.totals["buyers"])
    return {
        # Night's dates and marks of this project's own: nothing to escape.
        "link_before": Markup(link("before", before)),  # noqa: S704
        "link_after": Markup(link("after", after)),  # noqa: S704
        "everybody": everybody,
        "subtitle": words("subtitle.hidden", customers=everybody)
        if buyers.is_hidden
        else words("subtitle", buyers=words.customers(buyers), customers=everybody),
    }


def _segments(night: NightFigures, words: Wording) -> dict[str, Any]:
    cards = [_scheme_card(scheme, segments, words) for scheme, segments in night.schemes.items()]
    chief = [card for card in cards if card["scheme"] in CHIEF] or cards
    return {
        "scheme_cards": cards,
        "scheme_columns": _in_two_columns(chief),
        "other_cards": [card for card in cards if card not in chief],
        "contrasts": contrast_tables(night, words),
        "name_of": lambda segment: charts.segment_name(segment, words),
        "grid": charts.rfm_grid(night, words) if charts.grid_of(night) else None,
        "told": lambda segment, column: told(segment, column, words),
        "plays": lambda segment: plays_of(segment, words),
        "border": lambda segment: border(segment, night, words),
    }


def _changes(night: NightFigures, words: Wording) -> dict[str, Any]:
    changes = scheme_changes(night, words)
    tables = segment_changes(night, words)
    has_month = any(earlier.kind == "month" for earlier in night.earlier)
    return {
        "compared": [since(earlier, words) for earlier in night.earlier],
        "total_changes": total_changes(night, words),
        "segment_changes": [table | {"is_chief": table["scheme"] in CHIEF} for table in tables],
        "changes": [change for change in changes if change["is_chief"]],
        "other_changes": [change for change in changes if not change["is_chief"]],
        "no_month": None
        if has_month
        else words("changes.no_month", date=words.date(a_month_before(night.as_of_date))),
    }


def _quality(night: NightFigures, words: Wording) -> dict[str, Any]:
    return {
        "passed": sum(bool(check["passed"]) for check in night.checks),
        "quality_answer": quality.verdict(night, words),
        "failed_checks": quality.failed_checks(night, words),
        "passed_checks": quality.passed_checks(night, words),
        "balance": quality.balance_rows(night, words),
        "balance_answer": quality.balance_answer(night, words),
        "rejected": quality.rejected_rows(night, words),
    }


def _scheme_card(scheme: str, segments: list[Segment], words: Wording) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "title": words.known(f"scheme.{scheme}", scheme),
        "lead": words.known(f"lead.{scheme}", ""),
        "bars": charts.segment_bars(scheme, segments, words),
        "segments": segments,
        "use": _allowed_use(segments, words),
    }


def _allowed_use(segments: list[Segment], words: Wording) -> str | None:
    """Say what a scheme may be used for, where that is less than everything."""
    if not segments or not segments[0].facts.get("forbidden_uses"):
        return None
    return words("actions.use", told=told(segments[0], "allowed_use", words))


def _in_two_columns(cards: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], ...]:
    """Return the cards in their order, each in the column that is shorter by then.

    Heights are told in bars of segments; below the first card stands the RFM grid.
    """
    columns: tuple[list[dict[str, Any]], ...] = ([], [])
    heights = [GRID_BARS, 0]
    for card in cards:
        shorter = heights.index(min(heights)) if columns[0] else 0
        columns[shorter].append(card)
        heights[shorter] += CARD_BARS + len(card["segments"])
    return columns


def _segment_of(night: NightFigures, scheme: str, segment_id: str) -> Segment | None:
    """Return one segment of tonight, or None if nobody is in it."""
    found = [one for one in night.schemes.get(scheme, []) if one.segment_id == segment_id]
    return found[0] if found else None


def _revenue(night: NightFigures, words: Wording, *, width: float, height: float) -> Any:
    return charts.revenue_line(night, words, width=width, height=height) if night.daily else None
