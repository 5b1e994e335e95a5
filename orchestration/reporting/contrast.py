"""What sets the segments of a scheme apart: their means against everybody's."""

import math
from typing import Any

from orchestration.reporting import charts
from orchestration.reporting.figures import NightFigures
from orchestration.reporting.overview import CHIEF
from orchestration.reporting.wording import Wording

FEATURES_SHOWN = 8
"""Those in which the segments differ most."""
FULL_COLOUR = math.log(4)
"""Four times the average, or a quarter of it, has the full colour."""


def contrast_tables(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return a heat table per chief scheme: rows features, columns segments, cells multiples."""
    tables = []
    for scheme in CHIEF:
        told = [one for one in night.schemes.get(scheme, []) if not one.group.is_hidden]
        index = night.index.get(scheme, {})
        told = [one for one in told if one.segment_id in index]
        # The learned groups have pictures of their own.
        if len(told) < 2 or scheme == "behaviour":
            continue
        spread = {
            feature: max(
                (_distance(index[one.segment_id].get(feature)) for one in told), default=0.0
            )
            for feature in {name for one in told for name in index[one.segment_id]}
        }
        features = [
            feature
            for feature in sorted(spread, key=lambda name: (-abs(spread[name]), name))
            if charts.REPEATED.get(feature) not in spread
        ][:FEATURES_SHOWN]
        tables.append(
            {
                "title": words.known(f"scheme.{scheme}", scheme),
                "columns": [charts.segment_name(one, words) for one in told],
                "rows": [
                    {
                        "name": words.known(f"feature.{feature}", feature),
                        "cells": [_cell(index[one.segment_id].get(feature), words) for one in told],
                    }
                    for feature in features
                ],
            }
        )
    return tables


def _distance(index: float | None) -> float:
    """Return how far a mean lies from everybody's, above or below, on a scale of ratios."""
    return 0.0 if index is None else abs(math.log(max(index, 1) / 100))


def _cell(index: float | None, words: Wording) -> dict[str, Any]:
    if index is None:
        return {"told": words.unknown, "depth": 0, "is_above": True}
    depth = min(1.0, _distance(index) / FULL_COLOUR)
    return {"told": charts.times(index), "depth": round(depth, 2), "is_above": index >= 100}
