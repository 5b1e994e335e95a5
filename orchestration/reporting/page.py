"""One self-contained HTML page of the published night."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from orchestration.publishing import durable
from orchestration.reporting import charts
from orchestration.reporting.candidates import candidates_picture
from orchestration.reporting.changes import scheme_changes
from orchestration.reporting.explanation import border, learned_segments, plays_of, told
from orchestration.reporting.figures import NightFigures, Segment, read_figures
from orchestration.reporting.migration import migration_tables
from orchestration.reporting.overview import CHIEF, scheme_overview
from orchestration.reporting.proof import prediction_proofs
from orchestration.reporting.wording import Wording, wording

LATEST_NAME = "latest.html"

MATRIX_DAYS = 365
"""How far back the migration matrix looks unless told otherwise."""

GRID_BARS, CARD_BARS = 8, 2
"""Heights of the RFM grid, and of a card's title and margins, in bars of segments."""


def render_report(
    serving_file: Path,
    target: Path,
    language: str,
    *,
    currency: str | None = None,
    matrix_days: int = MATRIX_DAYS,
) -> Path:
    """Draw the page of the night that a serving file holds, and make it `latest.html` too.

    Parameters
    ----------
    serving_file
        A published DuckDB file; only schema `marts` is read.
    target
        Where the page goes; swapped in whole.
    language
        `en` or `zh`.
    currency
        ISO code of the account's currency; amounts stand without one if it is not known.
    matrix_days
        How far back, in days, the migration matrix looks for its first night.

    Returns
    -------
    Path
        `target`.
    """
    words = wording(language, currency)
    figures = read_figures(serving_file, matrix_days=matrix_days)
    page = _template().render(**_content(figures, words))
    target.parent.mkdir(parents=True, exist_ok=True)
    durable.write_text(target, page)
    durable.write_text(target.with_name(LATEST_NAME), page)
    return target


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("orchestration.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _content(night: NightFigures, words: Wording) -> dict[str, Any]:
    """Return what the template fills in."""
    cards = [_scheme_card(scheme, segments, words) for scheme, segments in night.schemes.items()]
    chief = [card for card in cards if card["scheme"] in CHIEF] or cards
    changes = scheme_changes(night, words)
    return {
        "words": words,
        "night": night,
        "info": night.run_info,
        "passed": sum(bool(check["passed"]) for check in night.checks),
        "scheme_cards": cards,
        "scheme_columns": _in_two_columns(chief),
        "other_cards": [card for card in cards if card not in chief],
        "overview": scheme_overview(night, words),
        "name_of": lambda segment: charts.segment_name(segment, words),
        "grid": charts.rfm_grid(night.grid, words) if night.grid else None,
        "told": lambda segment, column: told(segment, column, words),
        "plays": lambda segment: plays_of(segment, words),
        "border": lambda segment: border(segment, night, words),
        "profiles": learned_segments(night, words),
        "revenue_wide": _revenue(night, words, width=960, height=240),
        "revenue_narrow": _revenue(night, words, width=380, height=220),
        "changes": [change for change in changes if change["is_chief"]],
        "other_changes": [change for change in changes if not change["is_chief"]],
        "migrations": migration_tables(night, words),
        "proofs": prediction_proofs(night, words),
        "candidates": candidates_picture(night.candidates, words),
        "at_risk": _segment_of(night, "churn_risk", "churn_risk.high"),
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
