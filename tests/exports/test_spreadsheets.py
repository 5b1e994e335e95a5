"""What a spreadsheet makes of the files: no formula is ever run, no row is lost at its limits."""

import csv
import re
import zipfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orchestration.exports import workbook
from orchestration.exports.workbook import Column, Kind, ListWorkbook, Sheet
from tests.exports.conftest import FIRST, SECOND, Customer, Shop, settings

FORMULA = "=cmd|' /C calc'!A0"
DANGEROUS = (FORMULA, "@SUM(A1)", "+1+cmd", "-1+1", "\t=1")
HARMLESS = ("007", "-12", "+3.5", "C=1")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CREATED = datetime(2026, 3, 1)  # noqa: DTZ001


def _parsed(xml: bytes) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314, it is our own


def read(path: Path) -> dict[str, list[list[str]]]:
    """Return the texts and numbers of every sheet, by its name."""
    with zipfile.ZipFile(path) as archive:
        names = [
            sheet.attrib["name"]
            for sheet in _parsed(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        ]
        return {
            name: [
                ["".join(cell.itertext()) for cell in row]
                for row in _parsed(archive.read(f"xl/worksheets/sheet{place}.xml")).iter(
                    f"{_MAIN}row"
                )
            ]
            for place, name in enumerate(names, start=1)
        }


def xml_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "".join(
            archive.read(name).decode() for name in archive.namelist() if "worksheets" in name
        )


def ids_in_csv(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["customer_id"] for row in csv.DictReader(file)]


def test_in_csv_what_a_spreadsheet_would_run_is_marked_as_text_and_counted(shop: Shop) -> None:
    customers = {customer_id: Customer() for customer_id in (*DANGEROUS, *HARMLESS)}

    export = shop.export(FIRST, customers)

    found = set(ids_in_csv(export.folder(shop.home) / "profiles.csv"))
    assert found == {*("'" + customer_id for customer_id in DANGEROUS), *HARMLESS}
    assert export.guarded_rows == len(DANGEROUS)
    assert set(shop.ids(export)) == set(customers)


def test_in_csv_for_machines_alone_ids_stay_as_they_are(shop: Shop) -> None:
    export = shop.export(FIRST, {FORMULA: Customer()}, settings(guard_formulas=False))

    assert ids_in_csv(export.folder(shop.home) / "profiles.csv") == [FORMULA]
    assert export.guarded_rows == 0


def test_a_list_has_a_sheet_per_segment_and_one_that_says_what_they_are(shop: Shop) -> None:
    shop.publish(FIRST, {"007": Customer()})
    customers = {
        "007": Customer().moved(rfm="at_risk").told(spend_365d=5, last_order_date=SECOND),
        FORMULA: Customer().moved(rfm="at_risk").told(spend_365d=90),
        "hidden": Customer(marketing=False),
    }

    export = shop.export(SECOND, customers, settings(lists=("rfm",)))

    path = export.folder(shop.home) / "lists" / "rfm.xlsx"
    sheets = read(path)
    assert list(sheets) == ["Read me", "Champions", "Loyal", "At Risk"]
    head, *rows = sheets["At Risk"]
    assert head[:4] == ["Customer", "In the segment since", "Before", "Why"]
    assert [row[0] for row in rows] == [FORMULA, "007"]
    assert "Loyal" in rows[1]
    assert len(sheets["Loyal"]) == 1
    told = ["".join(row) for row in sheets["Read me"]]
    assert any("1,048,576" in line for line in told)
    assert "recommended_action of at_risk" in told[-1]
    assert "hidden" not in str(sheets)


def test_no_cell_is_a_formula_and_the_head_stays_and_filters(shop: Shop) -> None:
    customers = {FORMULA: Customer(), "C1": Customer()}

    export = shop.export(FIRST, customers, settings(lists=("rfm.loyal",)))

    path = export.folder(shop.home) / "lists" / "rfm.xlsx"
    xml = xml_of(path)
    assert "<f>" not in xml
    assert "=1+1 orders" in xml
    assert '<pane xSplit="1" ySplit="1"' in xml
    assert 'autoFilter ref="A1:M3"' in xml
    assert list(read(path)) == ["Read me", "Loyal"]


def test_a_workbook_is_dated_by_its_night_and_not_by_the_clock(shop: Shop) -> None:
    export = shop.export(FIRST, {"C1": Customer()}, settings(lists=("rfm",)))

    with zipfile.ZipFile(export.folder(shop.home) / "lists" / "rfm.xlsx") as archive:
        assert b"2026-03-01T00:00:00Z</dcterms:created>" in archive.read("docProps/core.xml")
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_a_list_is_in_the_accounts_language(shop: Shop) -> None:
    chinese = settings(lists=("rfm",)).model_copy(update={"language": "zh"})

    export = shop.export(FIRST, {"C1": Customer()}, chinese)

    sheets = read(export.folder(shop.home) / "lists" / "rfm.xlsx")
    assert list(sheets)[:2] == ["说明", "分层champions"]
    assert sheets["分层loyal"][0][0] == "客户编号"


def test_a_list_beyond_the_rows_of_a_sheet_goes_on_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    columns = [Column("Id", "编号", 10, Kind.TEXT)]
    path = tmp_path / "long.xlsx"

    with closing(ListWorkbook(path, columns, "en", _CREATED)) as book:
        written = book.add_list(Sheet("All", 7), [(f"C{number}",) for number in range(7)])

    sheets = read(path)
    assert written == 7
    assert {name: len(rows) for name, rows in sheets.items()} == {
        "All": 4, "All (2)": 4, "All (3)": 2,
    }  # fmt: skip
    assert [row[0] for rows in sheets.values() for row in rows[1:]] == [f"C{n}" for n in range(7)]


def test_names_that_excel_refuses_are_made_names_that_it_takes(tmp_path: Path) -> None:
    path = tmp_path / "names.xlsx"
    wanted = ["A/B [c]: *?", "History", "x" * 40, "X" * 40, "''", "new", "New"]

    with closing(ListWorkbook(path, [Column("Id", "编号", 10, Kind.TEXT)], "en", _CREATED)) as book:
        for name in wanted:
            book.add_list(Sheet(name, 0), [])

    names = list(read(path))
    assert names == [
        "A B  c", "History (2)", "x" * 31, "X" * 27 + " (2)", "-", "new", "New (2)",
    ]  # fmt: skip
    assert len({name.casefold() for name in names}) == len(wanted)
    assert not [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name)]


def test_dates_and_figures_are_dates_and_figures(tmp_path: Path) -> None:
    columns = [
        Column("Day", "日", 10, Kind.DATE),
        Column("Money", "钱", 10, Kind.MONEY),
        Column("Yes", "是", 10, Kind.FLAG),
    ]
    path = tmp_path / "kinds.xlsx"

    with closing(ListWorkbook(path, columns, "en", _CREATED)) as book:
        book.add_list(Sheet("A", 1), [(date(2026, 3, 1), 12.5, True)])

    # Excel counts days from the end of 1899.
    assert read(path)["A"][1] == ["46082", "12.5", "yes"]
