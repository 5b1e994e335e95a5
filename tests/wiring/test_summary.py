"""The last lines of a night at the terminal: the chief schemes in full, a line for each other."""

from typing import Any

from orchestration.summary import summary_text


def segment(scheme: str, name: str, customers: int, spend_share: float | None) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "segment_name": name,
        "customers": customers,
        "customer_share": customers / 100,
        "spend_share": spend_share,
    }


SUMMARY: dict[str, Any] = {
    "as_of_date": "2026-03-31",
    "customers": 100,
    "customers_with_orders": 90,
    "spend_365d": 1234.5,
    "currency": "EUR",
    "segments": [
        segment("loyalty", "Super Loyal", 30, 0.75),
        segment("loyalty", "Trial", 70, 0.25),
        segment("rfm", "Champions", 20, 0.5),
        segment("rfm", "Prospect", 80, None),
    ],
    "unavailable_schemes": [{"scheme": "channel"}, {"scheme": "needs"}],
    "checks_passed": 9,
    "checks": 10,
    "warnings": [{"check_name": "few_nulls", "asset": "raw/products", "measured": 1200.0}],
    "tables": "T",
    "parquet": "P",
    "report": "R",
}


def test_chief_schemes_are_told_in_full_and_each_other_in_a_line() -> None:
    lines = summary_text(SUMMARY).split("\n")

    assert "90 with orders in the window, 1,234 EUR in 365 days" in lines[1]
    told = [line.split() for line in lines if line.startswith("  ")]
    assert told[0] == ["Champions", "20", "20.0%", "50.0%", "█" * 12]
    assert told[1] == ["Prospect", "80", "80.0%", "–"]
    assert told[2] == ["loyalty:", "Super", "Loyal", "30", "30.0%", "75.0%", "█" * 18]
    assert told[3] == ["channel,", "needs"]
    assert "Trial" not in "".join(lines)
    assert lines[lines.index("9 of 10 checks passed, 1 warned.") + 1].endswith(": 1,200")


def test_figures_stand_below_each_other() -> None:
    lines = summary_text(SUMMARY).split("\n")

    ends = {line.index("%") for line in lines if "%" in line}
    headings = {line.index("share") + len("share") - 1 for line in lines if "share" in line}
    assert ends == headings


def test_a_night_without_other_schemes_says_no_more() -> None:
    alone = {**SUMMARY, "segments": SUMMARY["segments"][2:], "unavailable_schemes": []}

    text = summary_text(alone)

    assert "the others" not in text
    assert "Not available" not in text
