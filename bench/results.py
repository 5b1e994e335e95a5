"""What a benchmark found: lines of a table, and everything raw for the JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_GIB = 1024**3
HEADINGS = ("", "Strata", "bare script", "ratio", "aim")


@dataclass(frozen=True)
class Line:
    """One line of the table; what does not apply is empty.

    `aim` says in words what is aimed at; `is_reached` whether it was, null where nothing is aimed
    at.
    """

    what: str
    strata: str = ""
    other: str = ""
    ratio: float | None = None
    aim: str = ""
    is_reached: bool | None = None


@dataclass
class Case:
    """One case: a heading, its lines, and the raw figures behind them."""

    name: str
    heading: str
    lines: list[Line] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)


def seconds(value: float) -> str:
    """Return seconds as a cell of the table."""
    return f"{value:,.1f} s"


def gibibytes(value: float) -> str:
    """Return bytes as a cell of the table."""
    return f"{value / _GIB:.2f} GiB"


def median(values: Iterable[float]) -> float:
    """Return the middle value, the mean of the two middle ones of an even number."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def table_text(cases: Sequence[Case]) -> str:
    """Return all cases as one table for a terminal."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for case in cases:
        rows += [(), (case.heading,)]
        rows += [_cells(line) for line in case.lines]
    full = [row for row in rows if len(row) == len(HEADINGS)]
    widths = [max(len(row[place]) for row in full) for place in range(len(HEADINGS))]
    return "\n".join(_text(row, widths) for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    marks = {None: "", True: " ✓", False: " ✗"}
    return (f"  {line.what}", line.strata, line.other, ratio, line.aim + marks[line.is_reached])


def _text(row: tuple[str, ...], widths: Sequence[int]) -> str:
    if len(row) < len(widths):
        return "".join(row)
    first, *numbers, aim = row
    padded = [number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *padded, aim]).rstrip()


def write_json(path: Path, cases: Sequence[Case], about: dict[str, Any]) -> None:
    """Write machine, options, table and raw figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        case.name: {
            "heading": case.heading,
            "table": [vars(line) for line in case.lines],
            "raw": case.raw,
        }
        for case in cases
    }
    path.write_text(json.dumps({**about, "cases": found}, indent=1), encoding="utf-8")
