"""The schemes side by side: sizes, where the money is, whether each earns its keep."""

from typing import Any

from orchestration.reporting import charts
from orchestration.reporting.figures import NightFigures, Row, Segment
from orchestration.reporting.wording import Wording

CHIEF = ("rfm", "value_tier", "lifecycle", "churn_risk", "clv_tier", "behaviour")
"""Schemes that are shown in full; those beside them are folded away."""

_FIGURES = {
    "known": "measured_share",
    "tells_spend": "eta_squared_next_90d_spend",
    "tells_orders": "cramers_v_next_90d_order",
    "turnover": "turnover_share",
    "reachable": "reachable_share",
}


def scheme_overview(night: NightFigures, words: Wording) -> dict[str, Any] | None:
    """Return the table of all available schemes, those that tell most apart first.

    The order is that of the published scorecard: by spend told apart, unknown ones last. None on a
    night without any scheme.
    """
    if not night.scorecards:
        return None
    effects = [row["effect_as_of_date"] for row in night.scorecards if row["effect_as_of_date"]]
    # Nothing has moved on a first night, and of many shops no consent is known.
    columns = [
        column
        for column, figure in _FIGURES.items()
        if any(card[figure] is not None for card in night.scorecards)
    ]
    return {
        "columns": columns,
        "rows": [_row(card, night, words) for card in night.scorecards],
        "lead": words("schemes.lead", effect=words.date(max(effects)))
        if effects
        else words("schemes.lead_early"),
    }


def _row(card: Row, night: NightFigures, words: Wording) -> dict[str, str]:
    scheme = card["scheme"]
    return {
        "title": words.known(f"scheme.{scheme}", scheme),
        "scheme": scheme,
        "segments": words.number(card["segments"]),
        "most_money": _most_money(night.schemes.get(scheme, []), words),
        **{
            column: (words.decimal if column == "tells_orders" else words.share)(card[figure])
            for column, figure in _FIGURES.items()
        },
    }


def most_money(segments: list[Segment]) -> Segment | None:
    """Return the segment that spent most, or None if none is known to have spent anything."""
    told = [one for one in segments if one.spend_share is not None]
    return max(told, key=lambda one: (one.spend_share or 0.0, one.segment_id), default=None)


def _most_money(segments: list[Segment], words: Wording) -> str:
    """Name the segment that spent most, with its shares; no other one where that is hidden."""
    most = most_money(segments)
    if most is None:
        return words.share(None)
    if most.group.is_hidden:
        return words("schemes.most_money_hidden")
    return words(
        "schemes.most_money",
        segment=charts.segment_name(most, words),
        people=words.share(most.customer_share),
        money=words.share(most.spend_share),
    )
