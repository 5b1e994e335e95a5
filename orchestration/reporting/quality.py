"""Whether the data can be trusted: checks, rows landed and rows rejected, in plain words."""

import re
from typing import Any

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.wording import Wording

KINDS = {
    "unique": r"unique_|.*_are_unique$|.*_has_one_",
    "complete": r"not_null_|.*_balance$|every_.*(row|materialised)",
    "allowed": r"accepted_values_|.*_known_|every_probability_",
    "matching": r"relationships_",
    "sound": r".*_is_sound$",
}
"""Kinds of checks by their names, the first that fits; all others are rules of the business."""
COLUMNS = ("files", "rows_in", "accepted", "duplicates", "superseded", "rejected")


def failed_checks(night: NightFigures, words: Wording) -> list[dict[str, str]]:
    """Return what each check that did not pass says, and what to do about it."""
    return [
        {
            "said": words.known(
                f"check.{check['check_name']}",
                words("check.other", kind=words(f"check.kind.{kind_of(check['check_name'])}")),
            ),
            "name": check["check_name"],
            "asset": check["asset"],
            "measured": words.measured(check["measured"]),
            "threshold": words.measured(check["threshold"]),
        }
        for check in night.checks
        if not check["passed"]
    ]


def passed_checks(night: NightFigures, words: Wording) -> list[tuple[str, str]]:
    """Return how many checks of each kind passed, the most first."""
    counts: dict[str, int] = {}
    for check in night.checks:
        if check["passed"]:
            kind = kind_of(check["check_name"])
            counts[kind] = counts.get(kind, 0) + 1
    ordered = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    return [(words(f"check.kind.{kind}"), words.number(count)) for kind, count in ordered]


def kind_of(check_name: str) -> str:
    """Return the kind of a check, by its name."""
    return next((kind for kind, name in KINDS.items() if re.match(name, check_name)), "rule")


def balance_rows(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return what became of the rows of each landed table."""
    return [
        {
            "title": words.known(f"table.{row['source_table']}", row["source_table"]),
            "cells": [(column, words.number(row[column] or 0)) for column in COLUMNS],
        }
        for row in night.balance
    ]


def balance_answer(night: NightFigures, words: Wording) -> str:
    """Say how many rows were landed, and how many of them count."""
    landed = sum(row["rows_in"] for row in night.balance)
    accepted = sum(row["accepted"] for row in night.balance)
    rejected = sum(row["rejected"] or 0 for row in night.balance)
    return words(
        "quality.balance_answer",
        landed=words.number(landed),
        accepted=words.number(accepted),
        rejected=words.number(rejected),
    )


def rejected_rows(night: NightFigures, words: Wording) -> list[dict[str, str]]:
    """Return why rows were rejected, in words, the most frequent reason first."""
    return [
        {
            "title": words.known(f"table.{row['source_table']}", row["source_table"]),
            "reason": reason_in_words(row["reason"], words),
            "rows": words.number(row["rows"]),
        }
        for row in night.rejected
    ]


def reason_in_words(reason: str, words: Wording) -> str:
    """Say a reason of rejection: `missing_` or `bad_` and a column, or one with its own text."""
    for start in ("missing", "bad"):
        if reason.startswith(f"{start}_"):
            return words(f"reject.{start}", column=reason.removeprefix(f"{start}_"))
    return words.known(f"reject.{reason}", reason)


def verdict(night: NightFigures, words: Wording) -> str:
    """Say in one sentence whether the figures can be trusted."""
    failed = [row for row in night.checks if not row["passed"]]
    if not night.checks:
        return words("quality.no_checks")
    if not failed:
        return words("quality.all", count=len(night.checks))
    return words("quality.some", failed=len(failed), count=len(night.checks))


def failed_count(night: NightFigures) -> int:
    """Return how many checks of the night did not pass."""
    rows: list[Row] = night.checks
    return sum(not row["passed"] for row in rows)
