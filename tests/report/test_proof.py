"""What the page says of predictions."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.reporting.page import render_report


@pytest.fixture(params=["en", "zh"])
def section(make_night: Callable[..., Path], tmp_path: Path, request: pytest.FixtureRequest) -> str:
    path = render_report(
        make_night(is_predicted=True), tmp_path / "page.html", request.param, currency="USD"
    )
    page = path.read_text(encoding="utf-8")
    return page[page.index('<section id="predictions"') :].split("</section>")[0]


def cells(section: str) -> list[list[str]]:
    rows = re.findall(r"<tbody>(.*?)</tbody>", section, flags=re.DOTALL)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def test_model_and_plain_rule_stand_side_by_side_with_their_intervals(section: str) -> None:
    churn = cells(section)[0]
    assert churn[1:] == [
        "0.210 (0.160 … 0.260)",
        "0.170 (0.110 … 0.210)",
        "0.040 (0.010 … 0.080)",
    ]


def test_a_metric_that_is_best_at_one_has_no_difference_and_an_undefined_one_a_dash(
    section: str,
) -> None:
    orders = cells(section)[1]
    assert orders[1:] == ["1.010 (0.980 … 1.030)", "–", "–"]


def test_it_says_which_of_the_two_is_published(section: str) -> None:
    model, baseline = section.split("<details>")[1:]
    assert "Published is the model" in model or "发布的是模型" in model
    assert "Published is the plain rule" in baseline or "发布的是简单规则" in baseline


def test_what_is_expected_of_all_is_one_sum(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    page = render_report(
        make_night(is_predicted=True), tmp_path / "page.html", "en", currency="USD"
    ).read_text(encoding="utf-8")
    assert "Expected of today&#39;s customers in the next 365 days: $120,000." in page


def test_a_night_without_predictions_has_no_such_section(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    page = render_report(make_night(), tmp_path / "page.html", "en").read_text(encoding="utf-8")
    assert 'id="predictions"' not in page
    assert "There are no predictions in these tables" in page


def test_the_groupings_that_were_tried_are_drawn_with_the_selected_figures(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    page = render_report(make_night(is_predicted=True), tmp_path / "page.html", "en").read_text(
        encoding="utf-8"
    )
    picture = page[page.index("The groupings that were tried") :]
    for words in [
        "Silhouette: 0.20",
        "Stability: 0.80",
        "Separation of the next 90 days&#x27; spend: 0.50",
    ]:
        assert words in picture


def test_without_any_candidate_there_is_no_picture(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    page = render_report(make_night(), tmp_path / "page.html", "en").read_text(encoding="utf-8")
    assert "The groupings that were tried" not in page
