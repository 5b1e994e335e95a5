"""The index of all nights, and the links from one night's page to the next."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.publishing import durable
from orchestration.reporting.derivation import SMALL_CELL
from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.wording import Wording

INDEX_NAME = "index.html"
PAGE_NAME = re.compile(r"(\d{4}-\d\d-\d\d)\.html")
LINK = "<!--{side}-->{link}<!--/{side}-->"
"""Where a page has its link to an earlier (`before`) or later (`after`) night: a later night fills
it in when it comes."""


def pages_in(folder: Path) -> dict[date, str]:
    """Return the names of the nights' pages in a folder by their nights, the earliest first."""
    found = sorted(path.name for path in folder.glob("*.html") if PAGE_NAME.fullmatch(path.name))
    return {date.fromisoformat(name[:10]): name for name in found}


def neighbours(pages: dict[date, str], night: date) -> tuple[date | None, date | None]:
    """Return the nights with a page before and after a night."""
    before = max((day for day in pages if day < night), default=None)
    after = min((day for day in pages if day > night), default=None)
    return before, after


def link(side: str, night: date | None) -> str:
    """Return the link to another night between its marks; only the marks if there is none."""
    if night is None:
        return LINK.format(side=side, link="")
    arrow = f"← {night}" if side == "before" else f"{night} →"
    rel = "prev" if side == "before" else "next"
    return LINK.format(side=side, link=f'<a rel="{rel}" href="{night}.html">{arrow}</a>')


def with_link(page: str, side: str, night: date | None) -> str:
    """Return a page with its link to another night put in, or taken out."""
    pattern = re.escape(LINK.format(side=side, link="@")).replace("@", ".*?")
    return re.sub(pattern, lambda _: link(side, night), page, count=1, flags=re.DOTALL)


def link_neighbours(folder: Path, night: date) -> None:
    """Let the pages beside a night's lead to it; pages of before there were links stay."""
    pages = pages_in(folder)
    before, after = neighbours(pages, night)
    for other, side in ((before, "after"), (after, "before")):
        if other is None:
            continue
        path = folder / pages[other]
        page = path.read_text(encoding="utf-8")
        linked = with_link(page, side, night)
        if linked != page:
            durable.write_text(path, linked)


def index_rows(night: NightFigures, pages: dict[date, str], words: Wording) -> list[dict[str, Any]]:
    """Return every night that the tables know or that has a page, the latest first."""
    known = {row["as_of_date"]: row for row in night.nights}
    failed = night.run_info["failed_as_of_date"] if night.run_info["is_stale"] else None
    days = {*known, *pages} | ({failed} if failed else set())
    return [
        _index_row(day, known.get(day), pages.get(day), words, is_failed=day == failed)
        for day in sorted(days, reverse=True)
    ]


def _index_row(
    day: date, row: Row | None, page: str | None, words: Wording, *, is_failed: bool
) -> dict[str, Any]:
    customers = row["customers"] if row else None
    checks, passed = (row["checks"] or 0, row["passed"] or 0) if row else (0, 0)
    if is_failed or (row is not None and customers is None):
        status = "failed"
    elif not checks:
        status = "unchecked"
    else:
        status = "good" if passed == checks else "warned"
    told = customers if customers is not None and customers >= SMALL_CELL else None
    return {
        "date": words.date(day),
        "page": page,
        "status": status,
        "said": words(f"status.{status}", failed=checks - passed),
        "customers": words.unknown if told is None else words.number(told),
        "spend": words.money(row["spend"]) if row and told is not None else words.unknown,
        "checks": f"{passed} / {checks}" if checks else words.unknown,
    }
