"""Workbooks of any length: rows go to the disk as they come, and nothing is ever a formula."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import xlsxwriter

MAX_ROWS = 1_048_576
"""Rows of a sheet, by Excel's own limit; a longer list goes on on a further sheet."""
MAX_NAME = 31
"""Characters of a sheet's name, by Excel's own limit."""

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FONT = {"font_name": "Calibri", "font_size": 11}
_HEADER = {**_FONT, "bold": True, "bg_color": "#E7ECF3", "text_wrap": True, "valign": "top"}

WORDS = {
    "en": {
        "read_me": "Read me",
        "whom": "Only customers stand here who may be named by the setting exports.consent; the "
        "consent columns say which channel each of them agreed to. Do not keep the file longer "
        "than it takes: consent is that of the night.",
        "limit": "A sheet holds at most {rows:,} rows, which is Excel's limit; a longer segment "
        "goes on on a further sheet of the same name with (2), (3) …",
        "yes": "yes",
        "no": "no",
    },
    "zh": {
        "read_me": "说明",
        "whom": "此处仅包含按设置 exports.consent 可以列出的客户；同意列说明每位客户同意的渠道。"
        "请勿在用完之后继续保存本文件：同意状态以当晚为准。",
        "limit": "每张工作表最多 {rows:,} 行（Excel 的上限）；"
        "更长的分层在同名的下一张工作表 (2)、(3) … 续写。",
        "yes": "是",
        "no": "否",
    },
}


class Kind(Enum):
    """What a column holds; a text is written as a text whatever it begins with."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading in two languages, its width in characters, its kind."""

    heading: str
    heading_zh: str
    width: int
    kind: Kind


@dataclass(frozen=True)
class Sheet:
    """A list to come: what it is called, and how many rows it will have."""

    name: str
    rows: int


class ListWorkbook:
    """A workbook of lists with the same columns; the same rows give the same bytes.

    Use it in a `with` block, which closes it.
    """

    def __init__(
        self, path: Path, columns: Sequence[Column], language: str, created: datetime
    ) -> None:
        self._columns = columns
        self._language = language
        self._words = WORDS[language]
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent)}
        )
        # Else the moment of writing would stand in the file.
        self._book.set_properties({"created": created})
        self._header = self._book.add_format(_HEADER)
        self._title = self._book.add_format({**_FONT, "bold": True, "font_size": 14})
        self._wrapped = self._book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
        self._formats = {
            Kind.DATE: self._book.add_format({**_FONT, "num_format": "yyyy-mm-dd"}),
            Kind.MONEY: self._book.add_format({**_FONT, "num_format": "#,##0.00"}),
            Kind.NUMBER: self._book.add_format({**_FONT, "num_format": "0.00"}),
        }
        self._names: set[str] = set()

    def close(self) -> None:
        """Write the file; before this there is none."""
        self._book.close()

    def add_read_me(
        self, title: str, heading: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Add the sheet that says what the others are; call it first."""
        sheet = self._book.add_worksheet(self._free_name(self._words["read_me"]))
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 2, 11)
        sheet.set_column(3, len(heading) - 1, 38)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, self._words["whom"])
        sheet.write_string(2, 0, self._words["limit"].format(rows=MAX_ROWS))
        for place, text in enumerate(heading):
            sheet.write_string(4, place, text, self._header)
        for line, row in enumerate(rows, start=5):
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(line, place, value, self._wrapped)
                elif value is not None:
                    sheet.write_string(line, place, str(value), self._wrapped)

    def add_list(self, sheet: Sheet, rows: Iterable[tuple[Any, ...]]) -> int:
        """Add a list, over as many sheets as it takes; return its rows."""
        written, page = 0, None
        per_sheet = MAX_ROWS - 1
        for written, row in enumerate(rows, start=1):
            line = (written - 1) % per_sheet
            if line == 0:
                page = self._new_page(sheet.name, min(per_sheet, sheet.rows - written + 1))
            self._write(page, line + 1, row)
        if page is None:
            self._new_page(sheet.name, 0)
        return written

    def _new_page(self, name: str, rows: int) -> Any:
        page = self._book.add_worksheet(self._free_name(name))
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(rows, 1), len(self._columns) - 1)
        # Ids of digits are texts all the same: leading zeros count.
        page.ignore_errors({"number_stored_as_text": f"A1:A{MAX_ROWS}"})
        for place, column in enumerate(self._columns):
            page.set_column(place, place, column.width, self._formats.get(column.kind))
            heading = column.heading_zh if self._language == "zh" else column.heading
            page.write_string(0, place, heading, self._header)
        return page

    def _write(self, page: Any, line: int, row: tuple[Any, ...]) -> None:
        for place, (column, value) in enumerate(zip(self._columns, row, strict=True)):
            if value is None:
                continue
            if column.kind is Kind.TEXT:
                page.write_string(line, place, value)
            elif column.kind is Kind.FLAG:
                page.write_string(line, place, self._words["yes" if value else "no"])
            elif column.kind is Kind.DATE:
                page.write_datetime(line, place, value, self._formats[Kind.DATE])
            else:
                page.write_number(line, place, value, self._formats[column.kind])

    def _free_name(self, wanted: str) -> str:
        """Return a name that Excel takes and that no other sheet has."""
        clean = _NOT_IN_NAMES.sub(" ", wanted).strip("' ")[:MAX_NAME].strip() or "-"
        name, number = clean, 1
        # Excel keeps this name for itself.
        while name.casefold() in self._names or name.casefold() == "history":
            number += 1
            ending = f" ({number})"
            name = clean[: MAX_NAME - len(ending)].rstrip() + ending
        self._names.add(name.casefold())
        return name
