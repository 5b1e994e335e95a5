"""Who is leaving, and what they are worth."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting.page import render_report


def leaving(path: Path, folder: Path) -> str:
    page = render_report(path, folder / "page.html", "en", currency="USD").read_text("utf-8")
    return page[page.index('<section id="leaving"') :].split("</section>")[0]


def table(html: str, title: str) -> dict[str, list[str]]:
    body = html[html.index(f"<h3>{title}</h3>") :].split("<tbody>")[1].split("</tbody>")[0]
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        name = re.search(r'<th scope="row">(.*?)</th>', row)
        assert name is not None
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
        rows[name.group(1)] = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]
    return rows


def set_segments(path: Path, column: str, ranges: dict[str, tuple[int, int]]) -> None:
    """Give customers a segment by their place among all: first inclusive, last exclusive."""
    with closing(duckdb.connect(str(path))) as connection:
        for segment, (first, last) in ranges.items():
            connection.execute(
                f"update marts.customer_360 set {column} = '{segment}', spend_365d = 10, "
                f"expected_spend_365d = 7 where customer_id >= 'c{first:05}' "
                f"and customer_id < 'c{last:05}'"
            )


@pytest.fixture
def path(make_night: Callable[..., Path]) -> Path:
    path = make_night(is_predicted=True)
    set_segments(
        path, "value_tier_segment", {"value_tier.high": (0, 240), "value_tier.low": (240, 1200)}
    )
    return path


def test_the_answer_counts_those_worth_most_with_their_money(path: Path, tmp_path: Path) -> None:
    set_segments(
        path,
        "churn_risk_segment",
        {
            "churn_risk.high": (220, 260),
            "churn_risk.medium": (200, 220),
            "churn_risk.low": (0, 200),
        },
    )
    html = leaving(path, tmp_path)
    assert (
        "40 customers of high value are at high or medium risk of leaving; they spent $400 in the "
        "last 365 days. Expected of them in the next 365 days: $280."
    ) in html
    assert table(html, "Churn risk by value") == {
        "churn_risk.high": ["20 $200 expected $140", "20 $200 expected $140"],
        "churn_risk.medium": ["20 $200 expected $140", "*"],
        "All others": ["200 $2,000 expected $1,400", "*"],
    }


def test_few_of_those_worth_most_are_hidden_in_answer_and_table(path: Path, tmp_path: Path) -> None:
    set_segments(
        path,
        "churn_risk_segment",
        {"churn_risk.high": (234, 300), "churn_risk.low": (0, 234)},
    )
    set_segments(path, "churn_risk_segment", {"churn_risk.low": (300, 1200)})
    html = leaving(path, tmp_path)
    assert "how many is not told, the groups are too small" in html
    cells = table(html, "Churn risk by value")
    assert cells["churn_risk.high"][0] == "*"
    assert cells["All others"][0] == "*"


def test_without_a_prediction_the_lifecycle_stands_alone(
    serving_file: Path, tmp_path: Path
) -> None:
    html = leaving(serving_file, tmp_path)
    assert "<h3>Churn risk by value</h3>" not in html
    assert "<h3>Lifecycle by value</h3>" in html
    assert "customers of high value have been silent for longer than usual" in html
