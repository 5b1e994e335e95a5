"""What a company does for its segments: its own `playbook.csv`, read over the shipped playbook."""

import csv
import difflib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from orchestration.errors import PlaybookError

SEEDS = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds"
DEFAULT = "default"
"""Key of the row for segments that have none of their own."""

TEXTS = ("recommended_action", "offer", "channel", "message_angle", "service_level")
NUMBERS = {"contact_limit_count": 0, "contact_limit_days": 1}
"""Whole numbers, and the least that each may be: so many contacts in so many days."""
COLUMNS = (*(f"{text}{end}" for end in ("", "_zh") for text in TEXTS), *NUMBERS)

_DECLARED = "segment_id varchar not null, " + ", ".join(
    f"{name} {'integer' if name in NUMBERS else 'varchar'}" for name in COLUMNS
)
PLAYBOOK_DDL = f"create table if not exists ops.playbook_edits ({_DECLARED})"

_LEARNED = re.compile(r"behaviour\.b\d+")
_NAMED_BY_DATA = re.compile(r"[a-z0-9_]+")

Play = dict[str, str | int | None]


def shipped_segments() -> list[str]:
    """Return the ids that a playbook may speak of, besides those of learned segments."""
    ids: dict[str, None] = {}
    for seed in ("segment_names.csv", "segment_playbook.csv"):
        with (SEEDS / seed).open(encoding="utf-8", newline="") as file:
            ids |= dict.fromkeys(row["segment_id"] for row in csv.DictReader(file))
    return list(ids)


def read_playbook(path: Path, *, own_segments: Collection[str] = ()) -> list[Play]:
    """Read and check the company's playbook; no file means that the shipped one stands.

    An empty cell leaves the shipped text. Learned segments (`behaviour.b07`) may be named before
    they exist or after they retired, and so may those that come from data or settings, of schemes
    that have a row as a whole (`demographic.18_24`): a night of another date may know them.

    Parameters
    ----------
    own_segments
        Ids of segments by the company's own rules.

    Raises
    ------
    PlaybookError
        Naming file, line, what is wrong and what is allowed; a line for each problem.
    """
    if not path.exists():
        return []
    plays: list[Play] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    rows = _rows(path)
    _, header = next(rows, (1, []))
    problems += [f"{path}, line 1: {problem}" for problem in _problems_of_header(header)]
    if problems:
        raise PlaybookError("\n".join(problems))
    allowed = [*shipped_segments(), *own_segments]
    for line, cells in rows:
        if not any(cells):
            continue
        row = dict(zip(header, cells, strict=False))
        segment_id = row["segment_id"]
        found = list(_problems_of_row(row, len(cells), header, allowed))
        if segment_id in lines:
            found.append(f"{segment_id} stands on line {lines[segment_id]} already; keep one")
        lines.setdefault(segment_id, line)
        problems += [f"{path}, line {line}: {problem}." for problem in found]
        if not found:
            plays.append(_play(row))
    if problems:
        raise PlaybookError("\n".join(problems))
    return plays


def write_playbook(connection: duckdb.DuckDBPyConnection, plays: list[Play]) -> None:
    """Replace what SQL reads of the company's playbook."""
    columns = ("segment_id", *COLUMNS)
    connection.execute("begin")
    # Made anew, for a column may have come with an upgrade.
    connection.execute(f"create or replace table ops.playbook_edits ({_DECLARED})")
    for play in plays:
        connection.execute(
            f"insert into ops.playbook_edits ({', '.join(columns)}) "
            f"values ({', '.join('?' * len(columns))})",
            [play.get(column) for column in columns],
        )
    connection.execute("commit")


def copy_playbook(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the company's playbook as the last night read it, whatever its file says by now."""
    path.unlink(missing_ok=True)
    rows = connection.sql("from ops.playbook_edits order by segment_id")
    if rows.fetchone() is not None:
        rows.write_csv(str(path), header=True)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it ends on; Excel's mark at the beginning is passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for cells in reader:
                yield reader.line_num, [cell.strip() for cell in cells]
    except UnicodeDecodeError:
        raise PlaybookError(
            f"{path} is not UTF-8: save it as `CSV UTF-8 (comma delimited)`."
        ) from None


def _problems_of_header(header: list[str]) -> Iterator[str]:
    allowed = f"Allowed: segment_id, {', '.join(COLUMNS)}."
    if "segment_id" not in header:
        yield f"the first line must name the columns, `segment_id` among them. {allowed}"
        return
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield f"the column `{name}` stands twice."
        if name not in ("segment_id", *COLUMNS):
            yield f"`{name}` is no column.{_meant(name, COLUMNS)} {allowed}"


def _problems_of_row(
    row: dict[str, str], cells: int, header: list[str], allowed: list[str]
) -> Iterator[str]:
    segment_id = row["segment_id"]
    if cells != len(header):
        yield f"{cells} cells under {len(header)} columns; put texts with commas in quotes"
        return
    if segment_id not in allowed and not _may_come(segment_id, allowed):
        yield f"{segment_id or 'an empty cell'} is no segment.{_meant(segment_id, allowed)} " + (
            _allowed_beside(segment_id, allowed)
        )
    for name, least in NUMBERS.items():
        text = row.get(name, "")
        if text and not (text.isdecimal() and int(text) >= least):
            yield f"`{name}` is {text}; allowed: whole numbers from {least}"


def _may_come(segment_id: str, allowed: list[str]) -> bool:
    scheme, _, name = segment_id.partition(".")
    if scheme == "behaviour":
        return _LEARNED.fullmatch(segment_id) is not None
    return scheme in allowed and scheme != DEFAULT and bool(_NAMED_BY_DATA.fullmatch(name))


def _allowed_beside(segment_id: str, allowed: list[str]) -> str:
    """Say which segments the scheme has, or which schemes there are."""
    scheme = segment_id.partition(".")[0]
    beside = [each for each in allowed if each.startswith(f"{scheme}.")]
    if beside:
        return f"Allowed in {scheme}: {', '.join(beside)}" + (
            ", behaviour.b01 and on" if scheme == "behaviour" else ""
        )
    schemes = dict.fromkeys(each.partition(".")[0] for each in allowed if "." in each)
    return f"Allowed: {DEFAULT}, and the segments of {', '.join(schemes)}"


def _meant(name: str, allowed: Collection[str]) -> str:
    near = difflib.get_close_matches(name, allowed, n=1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _play(row: dict[str, str]) -> Play:
    """Return one row as it is stored: what is left empty is null."""
    return {
        name: None if not text else int(text) if name in NUMBERS else text
        for name, text in row.items()
    }
