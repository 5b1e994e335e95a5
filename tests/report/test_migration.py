"""The migration matrix: who was where on an earlier night, and where they are now."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.reporting import span_queries
from orchestration.reporting.migration import Migration, migrations_of
from orchestration.reporting.page import render_report
from orchestration.reporting.reading import read_figures


def section(serving_file: Path, folder: Path, language: str = "en", **span: int) -> str:
    path = render_report(serving_file, folder / "report.html", language, **span)
    page = path.read_text(encoding="utf-8")
    if 'id="migration"' not in page:
        return ""
    return page[page.index('id="migration"') :].split("</section>")[0]


def rows_of(html: str) -> dict[str, list[str]]:
    """Return each row's cells as `share customers`, by the row's heading."""
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html.split("<tbody>")[1], re.DOTALL):
        name = re.search(r"<th[^>]*>(.*?)<small>", row)
        assert name is not None
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
        rows[name.group(1)] = [re.sub(r"<[^>]*>", " ", cell).split() for cell in cells]
    return {name: [" ".join(cell) for cell in cells] for name, cells in rows.items()}


def test_rows_are_the_segments_then_and_columns_the_segments_now(
    serving_file: Path, tmp_path: Path
) -> None:
    html = section(serving_file, tmp_path)
    columns = re.findall(r'<th scope="col">(.*?)</th>', html)[1:]
    assert columns == ["Champions", "Loyal", "Promising", "Lost", "(not in the scheme)"]
    assert rows_of(html) == {
        # 5 are lost and 10 have left: the 5 would follow from the 10.
        "Loyal": ["", "98% 595", "", "", ""],
        "New": ["", "", "100% 580", "", ""],
        "(not in the scheme)": ["100% 20", "", "", "", ""],
    }


def test_the_span_begins_on_the_first_night_of_the_year_before(
    serving_file: Path, tmp_path: Path
) -> None:
    html = section(serving_file, tmp_path)
    assert "RFM segments, 4 January 2017 to 30 December 2017" in html
    assert "50% of those who were in the scheme then are in the same segment now." in html


def test_a_scheme_without_an_earlier_night_has_no_matrix(
    serving_file: Path, tmp_path: Path
) -> None:
    assert section(serving_file, tmp_path).count("<summary>") == 1


def test_without_an_earlier_night_in_the_span_there_is_no_section(
    serving_file: Path, make_night: Callable[..., Path], tmp_path: Path
) -> None:
    assert section(make_night(is_first_night=True), tmp_path) == ""
    assert section(serving_file, tmp_path, matrix_days=300) == ""


def test_other_rules_in_between_are_said(make_night: Callable[..., Path], tmp_path: Path) -> None:
    path = make_night()
    assert "The rules of this scheme changed" not in section(path, tmp_path)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "update marts.fct_segment_history set scheme_version = 'v2' where valid_to is null "
            "and customer_id = 'c00000'"
        )
    assert "The rules of this scheme changed" in section(path, tmp_path)


def test_it_is_told_in_the_language_of_the_account(serving_file: Path, tmp_path: Path) -> None:
    html = section(serving_file, tmp_path, "zh")
    assert "当时在哪里，现在在哪里" in html
    assert "忠诚客户" in rows_of(html)


def test_hidden_cells_look_like_those_of_nobody(serving_file: Path, tmp_path: Path) -> None:
    html = section(serving_file, tmp_path)
    empty = [
        cell for cell in re.findall(r"<td[^>]*>[^\n]*?</td>", html) if "<small></small>" in cell
    ]
    assert len(empty) == 12
    assert len(set(empty)) == 1
    assert "--depth: 0" in empty[0]


def test_everybody_of_both_nights_is_counted_once(serving_file: Path) -> None:
    [migration] = migrations_of(read_figures(serving_file, matrix_days=365).migrations)
    assert migration.first_night == date(2017, 1, 4)
    assert sum(migration.cells.values()) == 1210
    assert migration.customers_from("rfm.loyal") == 610


def test_whoever_stayed_spent_what_nobody_else_in_the_segment_did() -> None:
    """Their spend is not looked up: it is the segment's, less that of whoever it took in."""
    with closing(duckdb.connect()) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.customer_360 as
            select * from (values ('stayed', 1.10), ('stays on', 2.20), ('came', 4.40),
                ('moved', 8.80), ('was away', 16.60)) as people(customer_id, spend_365d);
            create table marts.fct_segment_history as
            select 'rfm' as scheme, 'v' || version as scheme_version, customer_id, segment_id,
                date '2025-12-01' + begins as valid_from, date '2025-12-01' + ends as valid_to
            from (values ('stayed', 'a', 0, null, 1), ('stays on', 'a', 0, 31, 1),
                ('came', 'a', 9, null, 1), ('moved', 'a', 0, 9, 1), ('moved', 'b', 9, null, 1),
                ('was away', 'a', 0, 5, 1), ('was away', 'b', 5, 9, 1),
                ('was away', 'a', 9, null, 2), ('left', 'b', 0, 9, 1), ('left', 'a', 31, null, 1)
            ) as stays(customer_id, segment_id, begins, ends, version);
            create table marts.fct_segment_profiles as
            select 'rfm' as scheme, *
            from (values ('a', date '2025-12-30', 24.30), ('b', date '2025-12-30', 8.80),
                ('a', date '2025-12-01', 0.50)) as nights(segment_id, as_of_date, spend_365d);
            """
        )
        spans = "select 'rfm' as scheme, date '2025-12-01' as first_night"
        sql = span_queries.MIGRATIONS.replace("$spans", spans)
        rows = connection.execute(sql.replace("$night", "date '2025-12-30'")).fetchall()

    assert [(*row[2:6], float(row[6])) for row in rows] == [
        # The two who stayed, and the one who is back, under other rules.
        ("a", "a", True, 3, 19.90),
        ("a", "b", False, 1, 8.80),
        ("b", None, False, 1, 0.0),
        (None, "a", False, 1, 4.40),
    ]


@pytest.mark.parametrize(
    ("cells", "share"),
    [
        ({("a", "a"): 3, ("a", None): 1, (None, "a"): 9}, 0.75),
        ({("a", "b"): 4}, 0.0),
        ({(None, "a"): 9}, None),
    ],
)
def test_the_share_that_stayed_is_of_those_who_were_there(
    cells: dict[tuple[str | None, str | None], int], share: float | None
) -> None:
    assert (
        Migration("rfm", date(2017, 1, 4), has_new_rules=False, cells=cells).stayed_share == share
    )
