"""How many of those who began in a month came back in each month after it."""

from datetime import date, timedelta
from typing import Any

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.wording import Wording

COHORTS_SHOWN = 13
"""The latest months of beginning; with twelve months after each the table is as wide as a page."""


def retention_table(night: NightFigures, words: Wording) -> dict[str, Any] | None:
    """Return the heat table of the latest cohorts, None where nobody has begun.

    A month that is not over yet is left out: it would look like a loss.
    """
    by_cohort: dict[date, list[Row]] = {}
    for row in night.cohorts:
        if month_after(row["cohort_month"], row["month_number"] + 1) <= night.as_of_date + DAY:
            by_cohort.setdefault(row["cohort_month"], []).append(row)
    # Of who has just begun there is nothing to tell yet.
    cohorts = sorted(cohort for cohort, rows in by_cohort.items() if len(rows) > 1)
    cohorts = cohorts[-COHORTS_SHOWN:]
    months = range(1, max((len(by_cohort[cohort]) for cohort in cohorts), default=0))
    if not months:
        return None
    months = months[: COHORTS_SHOWN - 1]
    return {
        "months": list(months),
        "rows": [_row(cohort, by_cohort[cohort], months, night, words) for cohort in cohorts],
        "answer": _answer(by_cohort, night, words),
    }


DAY = timedelta(days=1)


def month_after(month: date, count: int) -> date:
    """Return the first day of a later month."""
    years, place = divmod(month.month - 1 + count, 12)
    return date(month.year + years, place + 1, 1)


def _row(
    cohort: date, rows: list[Row], months: range, night: NightFigures, words: Wording
) -> dict[str, Any]:
    by_month = {row["month_number"]: row for row in rows}
    size = night.group(("cohort", cohort), rows[0]["customers"])
    return {
        "name": words.month_of_year(cohort),
        "customers": words.customers(size),
        "cells": [_cell(by_month.get(month), night, words) for month in months],
    }


def _cell(row: Row | None, night: NightFigures, words: Wording) -> dict[str, Any]:
    """Return one month of one cohort; hidden where few came back, or few did not."""
    if row is None:
        return {"share": "", "depth": 0}
    share = row["active_customers"] / row["customers"]
    is_hidden = any(
        night.is_hidden(key)
        for key in (
            ("active", row["cohort_month"], row["month_number"]),
            ("cohort", row["cohort_month"]),
        )
    )
    if is_hidden:
        return {"share": words.hidden, "depth": 0}
    return {"share": words.share(share), "depth": round(share, 2)}


def _answer(by_cohort: dict[date, list[Row]], night: NightFigures, words: Wording) -> str | None:
    """Say how many came back in the month after their first, over all cohorts that are told."""
    second = [
        row
        for rows in by_cohort.values()
        for row in rows
        if row["month_number"] == 1
        and not night.is_hidden(("active", row["cohort_month"], 1))
        and not night.is_hidden(("cohort", row["cohort_month"]))
    ]
    if not second:
        return None
    came = sum(row["active_customers"] for row in second)
    return words(
        "retention.answer", share=words.share(came / sum(row["customers"] for row in second))
    )
