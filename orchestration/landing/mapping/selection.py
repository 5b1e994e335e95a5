"""The second reader of a mapped file: which rows it takes, counted without DuckDB."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pyarrow import parquet

from orchestration.landing.counting import (
    Header,
    count_rows,
    csv_records,
    csv_text,
    read_csv_header,
)
from orchestration.landing.files import LandingFile
from orchestration.landing.mapping.names import locate
from orchestration.landing.mapping.rules import RowCondition
from orchestration.landing.mapping.settings import Mapping, Reading
from orchestration.landing.mapping.values import (
    COMMA_GROUPED,
    COMMA_PLAIN,
    GROUPING,
    GUARDED,
    POINT_GROUPED,
    UNGUARDED,
    VALUE_KINDS,
)
from orchestration.landing.typing_sql import SPACES

Row = dict[str, str | None]
_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Counted:
    """The rows of a file that one table takes, and those that its mapping leaves out."""

    taken: int
    left_out: int


def count_taken(file: LandingFile, header: Header | None) -> Counted:
    """Count the rows that a file gives to its table.

    Raises
    ------
    LandingError
        Naming the line where the file cannot be read.
    """
    total = count_rows(file, header)
    if file.reading is None:
        return Counted(total, 0)
    reading = file.reading
    if not reading.part.rows and not reading.part.once_per_order:
        return Counted(total, 0)
    taken = sum(_takes(reading, _rows(file, reading, header)))
    return Counted(taken, total - taken)


def _takes(reading: Reading, rows: Iterator[Row]) -> Iterator[bool]:
    """Say of each row whether it is taken; what only an order's first row has holds for all."""
    mapping, part = reading.mapping, reading.part
    filled = [each.column for each in part.rows if each.column in mapping.fill_down]
    above: dict[str | None, Row] = {}
    order = None
    for row in rows:
        if mapping.order is not None:
            order = row[mapping.order] or order
            row[mapping.order] = order
            is_first = order not in above
            known = above.setdefault(order, {})
            for name in filled:
                known[name] = row[name] = row[name] or known.get(name)
        else:
            is_first = True
        yield (is_first or not part.once_per_order) and all(
            _holds(each, row[each.column], mapping) for each in part.rows
        )


def _holds(condition: RowCondition, value: str | None, mapping: Mapping) -> bool:
    if condition.is_given is not None:
        return (value is not None) == condition.is_given
    if condition.is_nonzero is not None:
        return _is_nonzero(value, mapping) == condition.is_nonzero
    words = {each.lower() for each in condition.one_of or condition.none_of}
    return (value is not None and value.lower() in words) == bool(condition.one_of)


def _is_nonzero(value: str | None, mapping: Mapping) -> bool:
    """Say whether there is an amount; one that cannot be read is one, to be rejected later."""
    if value is None:
        return False
    grouped = COMMA_GROUPED if mapping.decimal_comma else POINT_GROUPED
    if re.fullmatch(grouped, value, re.ASCII):
        value = re.sub(f"[{'.' if mapping.decimal_comma else ','}{GROUPING}]", "", value)
    elif mapping.decimal_comma and not re.fullmatch(COMMA_PLAIN, value, re.ASCII):
        return True
    if "_" in value:
        return True
    try:
        number = Decimal(value.replace(",", ".") if mapping.decimal_comma else value)
        return not number.is_finite() or number.quantize(_STEP) != 0
    except InvalidOperation:
        return True


def _rows(file: LandingFile, reading: Reading, header: Header | None) -> Iterator[Row]:
    """Read what the conditions look at, as trimmed text."""
    wanted = [each.column for each in reading.part.rows]
    wanted += [reading.mapping.order] if reading.mapping.order else []
    wanted = list(dict.fromkeys(wanted))
    if file.format == "csv":
        yield from _csv_rows(file, reading.mapping, wanted, header or read_csv_header(file))
    else:
        read = _json_rows if file.format == "jsonl" else _parquet_rows
        for row in read(file):
            by_name = {name.strip().lower(): value for name, value in row.items()}
            yield {name: _text(_value(by_name, reading.mapping, name)) for name in wanted}


def _csv_rows(
    file: LandingFile, mapping: Mapping, wanted: Sequence[str], header: Header
) -> Iterator[Row]:
    found = {name: locate(mapping, name, header.names) for name in wanted}
    places = {name: at[0] for name, at in found.items() if at is not None}
    with csv_text(file) as text:
        for record in csv_records(text, header):
            if record or len(header.names) == 1:
                yield {
                    name: _text(record[places[name]]) if record and name in places else None
                    for name in wanted
                }


def _json_rows(file: LandingFile) -> Iterator[dict[str, Any]]:
    with file.path.open("rb") as stream, io.TextIOWrapper(stream, file.encoding) as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line, parse_float=str)


def _parquet_rows(file: LandingFile) -> Iterator[dict[str, Any]]:
    for batch in parquet.ParquetFile(file.path).iter_batches():
        yield from batch.to_pylist()


def _value(row: dict[str, Any], mapping: Mapping, column: str) -> Any:
    """Return what a column, or a path within nested values, holds."""
    for name in mapping.names_of(column):
        if name in row:
            return row[name]
    head, _, path = column.partition(".")
    value = row.get(head.lower())
    if isinstance(value, list):
        held = next((each.get("value") for each in value if each.get("key") == path), None) or {}
        return next((held[kind] for kind in VALUE_KINDS if held.get(kind) is not None), None)
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value)
    return re.sub(GUARDED, UNGUARDED, str(value).strip(SPACES)) or None
