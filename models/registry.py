"""The register of all learned segments ever: when each was seen, and what it is called."""

from datetime import date
from typing import Any

import pandas as pd

from models.behaviour_model import BehaviourModel
from models.matching import KEPT, Descent

REGISTRY_TYPES = {
    "segment_id": "str",
    "segment_name": "str",
    "segment_name_zh": "str",
    "description": "str",
    "rule_text": "str",
    "recommended_action": "str",
    "description_zh": "str",
    "rule_text_zh": "str",
    "recommended_action_zh": "str",
    "short_rule": "str",
    "short_rule_zh": "str",
    "rule_precision": "float64",
    "rule_recall": "float64",
    "typical_customer": "str",
    "typical_customer_zh": "str",
    "first_seen": "object",
    "last_seen": "object",
    "status": "str",
    "successor_of": "str",
    "model_id": "str",
    "origin": "str",
    "ending": "str",
    "ended_in": "str",
}
"""Columns of the register; the two days are dates."""


def empty_registry() -> pd.DataFrame:
    """Return the register before the first model."""
    return pd.DataFrame(columns=list(REGISTRY_TYPES)).astype(REGISTRY_TYPES)


def update_registry(
    registry: pd.DataFrame, model: BehaviourModel, *, as_of_date: date
) -> pd.DataFrame:
    """Return the register after a night that this model scored.

    No row ever leaves, which is what keeps ids from being given twice. Status follows from the
    days alone, a segment being active if it was there on the latest night of all, so nights may
    be run again or in any order and leave the same register.

    Parameters
    ----------
    registry : DataFrame
        One row per segment ever, columns of `REGISTRY_TYPES`; may be empty.

    Returns
    -------
    DataFrame, sorted by `segment_id`. Texts and model are those of the latest night seen;
    `origin` (`born`, `split`, `merged`) and `ending` (`split`, `merged`, `retired`, null while it
    lasts) are `Descent.event`; `ended_in` names the segment that most of its customers went into.
    """
    rows: dict[str, dict[str, Any]] = {
        str(row["segment_id"]): {str(name): value for name, value in row.items()}
        | {name: pd.Timestamp(row[name]).date() for name in ("first_seen", "last_seen")}
        for row in registry.to_dict("records")
    }
    for segment in model.segments:
        old = rows.get(segment.segment_id)
        first, last = (old["first_seen"], old["last_seen"]) if old else (as_of_date, as_of_date)
        is_latest = as_of_date >= last
        texts = segment.name.to_dict() | {"model_id": model.model_id} if is_latest else {}
        rows[segment.segment_id] = {
            **(old or {"segment_id": segment.segment_id}),
            **texts,
            "first_seen": min(first, as_of_date),
            "last_seen": max(last, as_of_date),
        }
        if segment.successor_of is not None:
            rows[segment.segment_id]["successor_of"] = segment.successor_of
    _tell_descents(rows, model.descents)
    latest = max(row["last_seen"] for row in rows.values())
    for row in rows.values():
        row["status"] = "active" if row["last_seen"] == latest else "retired"
    ordered = [rows[segment_id] for segment_id in sorted(rows)]
    return pd.DataFrame(ordered, columns=list(REGISTRY_TYPES)).astype(REGISTRY_TYPES)


def _tell_descents(rows: dict[str, dict[str, Any]], descents: tuple[Descent, ...]) -> None:
    """Put down how segments came about and ended; only the model of that refit knows either."""
    for descent in descents:
        row = rows.get(descent.segment_id)
        if row is None:
            continue
        if not descent.is_current:
            row |= {"ending": descent.event, "ended_in": descent.other_segment_id}
        elif descent.event != KEPT:
            row["origin"] = descent.event
