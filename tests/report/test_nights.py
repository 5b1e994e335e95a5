"""The index of all nights, and the way from one night's page to the next."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from orchestration.reporting.nights import link, with_link
from orchestration.reporting.page import render_report


def rows_of(folder: Path) -> list[list[str]]:
    html = (folder / "index.html").read_text(encoding="utf-8").split("<tbody>")[1]
    return [
        [
            re.sub(r"<[^>]*>", "", cell)
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    ]


def test_the_index_lists_every_night_the_latest_first(serving_file: Path, tmp_path: Path) -> None:
    render_report(serving_file, tmp_path / "2017-12-30.html", "en", currency="USD")
    assert rows_of(tmp_path) == [
        ["30 December 2017", "1 to look at", "1,200", "$368,458", "3 / 4"],
        ["4 January 2017", "no checks recorded", "1,200", "$368,458", "–"],
    ]
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]*html)"', html) == ["2017-12-30.html"]


def test_a_failed_night_stands_in_the_index(
    make_night: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_night(is_stale=True)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "insert into marts.fct_data_quality by name select * replace "
            "(date '2017-12-29' as as_of_date, true as passed) from marts.fct_data_quality"
        )
    render_report(path, tmp_path / "2017-12-30.html", "zh")
    assert [row[:3] for row in rows_of(tmp_path)[:3]] == [
        ["2017年12月31日", "失败，未发布", "–"],
        ["2017年12月30日", "1 项需要查看", "1,200"],
        ["2017年12月29日", "失败，未发布", "–"],
    ]


def test_pages_lead_to_their_neighbours_also_when_a_later_one_comes(
    serving_file: Path, tmp_path: Path
) -> None:
    page = render_report(serving_file, tmp_path / "2017-12-30.html", "en")
    later, earlier = tmp_path / "2017-12-31.html", tmp_path / "2017-12-28.html"
    later.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    earlier.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "2017-12-29-notes.html").write_text("no night's page")
    render_report(serving_file, page, "en")
    hrefs = {
        path.name: re.findall(r'<a rel="\w+" href="([^"]*)"', path.read_text(encoding="utf-8"))
        for path in (earlier, page, later)
    }
    assert hrefs == {
        "2017-12-28.html": ["2017-12-30.html"],
        "2017-12-30.html": ["2017-12-28.html", "2017-12-31.html"],
        "2017-12-31.html": ["2017-12-30.html"],
    }


def test_a_link_is_put_in_once_and_a_page_without_its_place_stays() -> None:
    page = f"<nav>{link('before', None)}{link('after', None)}</nav>"
    once = with_link(page, "after", date(2024, 2, 29))
    assert with_link(once, "after", date(2024, 2, 29)) == once
    assert once.count("2024-02-29.html") == 1
    assert with_link("<p>an old page</p>", "after", date(2024, 2, 29)) == "<p>an old page</p>"
