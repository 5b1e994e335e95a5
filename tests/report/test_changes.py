"""What changed since the night before and since a month ago, and who comes back."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting.page import render_report
from orchestration.reporting.reading import a_month_before, night_a_month_ago
from orchestration.reporting.retention import month_after

MONTH_AGO = date(2017, 11, 28)


def section(page: str, name: str) -> str:
    return page[page.index(f'<section id="{name}"') :].split("</section>")[0]


def texts(html: str) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]*>", " ", cell).split())
        for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html, re.DOTALL)
    ]


@pytest.fixture
def with_month(make_night: Callable[..., Path]) -> Path:
    """Make a night, and one a month before: 40 fewer were champions then, 15 more were lost."""
    path = make_night()
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            f"insert into marts.fct_segment_profiles by name select * replace (date '{MONTH_AGO}' "
            "as as_of_date, customers + case segment_id when 'rfm.champions' then -40 "
            "when 'rfm.lost' then 15 else 0 end as customers, spend_365d - 1000 as spend_365d) "
            "from marts.fct_segment_profiles where scheme = 'rfm' and as_of_date = '2017-12-30'"
        )
    return path


@pytest.fixture
def page(with_month: Path, tmp_path: Path) -> str:
    path = render_report(with_month, tmp_path / "2017-12-30.html", "en", currency="USD")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("night", "day"),
    [
        (date(2017, 12, 30), date(2017, 11, 30)),
        (date(2017, 12, 31), date(2017, 11, 30)),
        (date(2024, 3, 30), date(2024, 2, 29)),
        (date(2024, 1, 5), date(2023, 12, 5)),
    ],
)
def test_a_month_before_is_the_same_day_of_the_month_before(night: date, day: date) -> None:
    assert a_month_before(night) == day


@pytest.mark.parametrize(
    ("nights", "found"),
    [
        ([date(2017, 11, 30), date(2017, 11, 29)], date(2017, 11, 30)),
        ([date(2017, 12, 7)], date(2017, 12, 7)),
        ([date(2017, 12, 8), date(2017, 11, 22)], None),
        ([date(2017, 11, 29), date(2017, 12, 1)], date(2017, 11, 29)),
        ([], None),
    ],
)
def test_a_night_within_a_week_of_it_counts_as_a_month_ago(
    nights: list[date], found: date | None
) -> None:
    assert night_a_month_ago(nights, date(2017, 12, 30)) == found


def test_without_a_night_a_month_ago_the_page_says_so(serving_file: Path, tmp_path: Path) -> None:
    page = render_report(serving_file, tmp_path / "page.html", "en").read_text(encoding="utf-8")
    said = "There is no night within a week of 30 November 2017, so nothing can be compared"
    assert said in section(page, "changes")
    assert "Since a month ago" not in page


def test_totals_of_tonight_stand_beside_their_growth(page: str) -> None:
    cells = texts(section(page, "changes").split("</table>")[0])
    assert "Since a month ago, 28 November 2017" in cells
    place = cells.index("Customers")
    assert cells[place : place + 4] == ["Customers", "1,200", "–", "+25"]


def test_a_segment_tells_how_it_grew_and_few_are_about_the_same(page: str) -> None:
    table = section(page, "changes").split("</table>")[1]
    rows = [texts(row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    of_month = {row[0]: row[-3] for row in rows[2:]}
    assert of_month["Champions"] == "+40 +$1,000"
    assert of_month["Lost"] == "−15 +$1,000"
    assert of_month["At Risk"] == "about the same +$1,000"


def test_the_head_of_the_page_names_what_grew_and_what_shrank(page: str) -> None:
    short = page[page.index('id="h-short"') :].split("</ul>")[0]
    assert "Since a month ago, 28 November 2017: Champions (+40) grew, Lost (−15) shrank." in short


def test_the_flow_of_a_month_is_drawn_for_desk_and_phone(page: str) -> None:
    migration = section(page, "migration")
    assert "<h3>RFM segments, 28 November 2017 to 30 December 2017</h3>" in migration
    assert "<h3>RFM segments, 4 January 2017 to 30 December 2017</h3>" in migration
    assert migration.count("<svg") == 4


def test_retention_hides_where_few_came_back_and_where_few_did_not(
    serving_file: Path, tmp_path: Path
) -> None:
    page = render_report(serving_file, tmp_path / "page.html", "en").read_text(encoding="utf-8")
    retention = section(page, "retention")
    rows = [texts(row) for row in re.findall(r"<tr>(.*?)</tr>", retention, re.DOTALL)]
    # December is not over, so November's are not told; 3 of 40 did not come back.
    assert rows == [
        ["Began ↓ months later →", "+1", "+2"],
        ["Sep 2017 200", "60%", "45%"],
        ["Oct 2017 40", "*", ""],
    ]
    assert "60% ordered again in the month after" in retention


@pytest.mark.parametrize(
    ("month", "count", "later"),
    [
        (date(2017, 12, 1), 1, date(2018, 1, 1)),
        (date(2017, 1, 1), 0, date(2017, 1, 1)),
        (date(2017, 3, 1), 22, date(2019, 1, 1)),
    ],
)
def test_months_are_counted_over_the_end_of_a_year(month: date, count: int, later: date) -> None:
    assert month_after(month, count) == later
