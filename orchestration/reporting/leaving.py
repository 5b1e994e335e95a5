"""Who is leaving, by what they are worth: churn risk and lifecycle against value."""

from decimal import Decimal
from typing import Any

from orchestration.reporting.figures import Crossed, Group, NightFigures, Row
from orchestration.reporting.wording import Wording

MOST_WORTH = "value_tier.high"


def leaving_tables(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return a table per way of leaving: rows who leaves, columns what they are worth."""
    return [_table(crossed, night, words) for crossed in night.crossed.values()]


def _table(crossed: Crossed, night: NightFigures, words: Wording) -> dict[str, Any]:
    cells = {(row["row_id"], row["column_id"]): row for row in crossed.cells}
    in_order = [one.segment_id for one in night.schemes.get(crossed.columns, [])]
    columns = [column for column in in_order if any(key[1] == column for key in cells)]
    present = {key[0] for key in cells}
    rows = [row for row in (*crossed.leaving, None) if row in present]
    return {
        "title": words(f"leaving.{crossed.rows}"),
        "answer": leaving_answer(crossed, night, words),
        "has_expected": any(row["expected_spend"] is not None for row in crossed.cells),
        "columns": [_name(column, night, words) for column in columns],
        "rows": [
            {
                "name": words("leaving.others") if row is None else _name(row, night, words),
                "is_others": row is None,
                "cells": [
                    _cell(crossed, cells.get((row, column)), night, words) for column in columns
                ],
            }
            for row in rows
        ],
    }


def _group(crossed: Crossed, row: Row, night: NightFigures) -> Group:
    key = ("crossed", crossed.rows, row["row_id"], row["column_id"])
    return night.group(key, row["customers"], row["spend"])


def _cell(crossed: Crossed, row: Row | None, night: NightFigures, words: Wording) -> dict[str, str]:
    if row is None:
        # As a hidden one, so that nobody knows which of them hold somebody.
        return {"customers": words.hidden, "spend": "", "expected": ""}
    group = _group(crossed, row, night)
    expected = row["expected_spend"]
    return {
        "customers": words.customers(group),
        "spend": "" if group.is_hidden else words.money(group.spend),
        "expected": "" if group.is_hidden or expected is None else words.money(expected),
    }


def leaving_answer(crossed: Crossed, night: NightFigures, words: Wording) -> str:
    """Say how many of those worth most are leaving, and what they bring.

    A sum over several rows is told only where each of them is: a hidden one would follow from it.
    """
    found = [
        row
        for row in crossed.cells
        if row["column_id"] == MOST_WORTH and row["row_id"] in crossed.leaving
    ]
    groups = [_group(crossed, row, night) for row in found]
    if not found:
        return words(f"leaving.nobody.{crossed.rows}")
    if any(group.is_hidden for group in groups):
        return words(f"leaving.hidden.{crossed.rows}")
    expected = [row["expected_spend"] for row in found if row["expected_spend"] is not None]
    said = words(
        f"leaving.some.{crossed.rows}",
        customers=words.number(sum(group.customers for group in groups)),
        spend=words.money(sum((group.spend for group in groups), Decimal(0))),
    )
    if expected:
        total = words.money(sum(expected, Decimal(0)))
        said += words("leaving.expected", expected=total)
    return said


def _name(segment_id: str, night: NightFigures, words: Wording) -> str:
    names = night.names.get(segment_id, {})
    name = names.get("segment_name_zh" if words.language == "zh" else "segment_name")
    return name or segment_id
