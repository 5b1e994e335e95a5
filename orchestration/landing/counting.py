"""The second reader: counts rows without DuckDB, so that the row balance has two sides."""

import csv
import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import pyarrow as pa
from pyarrow import parquet

from orchestration.errors import LandingError
from orchestration.landing.files import LandingFile
from orchestration.landing.unreadable import check_can_be_read

if TYPE_CHECKING:
    import _csv

# The separators that spreadsheets and databases write.
DELIMITERS = (",", ";", "\t", "|")
# The csv module refuses longer fields by default (131,072); a review text may be longer.
MAX_FIELD_CHARACTERS = 16 * 1024 * 1024
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Header:
    """The column names of a CSV file.

    `lines` is what to skip to stand below them, `records` the same when a line break within quotes
    is no new line.
    """

    names: tuple[str, ...]
    delimiter: str
    lines: int
    records: int


def count_rows(file: LandingFile, header: Header | None = None) -> int:
    """Count the rows of a file.

    Parquet by its metadata; CSV with the `csv` module, so that a line break within quotes is no
    row, and neither is a blank line (in a file of one column it is an empty value); JSON lines by
    lines that are not blank.

    Raises
    ------
    LandingError
        Naming the line where the file cannot be read, or has too many or too few fields.
    """
    if file.format == "parquet":
        return int(parquet_metadata(file).num_rows)
    if file.format == "jsonl":
        with file.path.open("rb") as stream:
            return sum(1 for line in stream if line.removeprefix(UTF8_MARK).strip())
    return _count_csv_rows(file, header or read_csv_header(file))


def parquet_metadata(file: LandingFile) -> parquet.FileMetaData:
    """Read the footer of a Parquet file."""
    try:
        return parquet.read_metadata(file.path)
    except (pa.ArrowException, OSError):
        check_can_be_read(file.label_of_all, file.path)
        raise LandingError(
            f"{file.label}: the file begins like Parquet but cannot be read: it is damaged or was "
            "not copied to its end. Land it again."
        ) from None


def read_csv_header(file: LandingFile) -> Header:
    """Read the column names of a CSV file and find its delimiter.

    The delimiter, if no mapping names it, is the one that yields most columns that are known, then
    most columns: counting characters would fall for a comma within a quoted name.

    Raises
    ------
    LandingError
        If there is no header.
    """
    best = Header((), ",", 0, 0)
    named = file.reading.mapping.delimiter if file.reading else None
    for delimiter in (named,) if named else DELIMITERS:
        with csv_text(file) as text:
            reader = csv.reader(text, delimiter=delimiter)
            for records, record in enumerate(reader, start=1):
                names = tuple(name.strip() for name in record)
                if any(names):
                    header = Header(names, delimiter, reader.line_num, records)
                    best = max(best, header, key=lambda each: _fit(file, each))
                    break
    if not best.names:
        raise LandingError(
            f"{file.label}: the file has no header: its first line must hold the column names."
        )
    return best


def first_broken_json_line(file: LandingFile) -> int | None:
    """Return the number of the first line that is no JSON object, None if all are."""
    with file.path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(UTF8_MARK).strip()
            try:
                if content and not isinstance(json.loads(content.decode("utf-8")), dict):
                    return number
            except ValueError:
                return number
    return None


def first_line_with_a_name_twice(file: LandingFile) -> int | None:
    """Return the number of the first line whose object has one name twice, None if none has."""
    with file.path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(UTF8_MARK).strip()
            if content and _has_a_name_twice(content.decode("utf-8")):
                return number
    return None


def _has_a_name_twice(line: str) -> bool:
    objects: list[list[tuple[str, object]]] = []

    def keep(pairs: list[tuple[str, object]]) -> None:
        objects.append(pairs)

    json.loads(line, object_pairs_hook=keep)
    # The outermost object ends last.
    names = [name for name, _ in objects[-1]]
    return len(set(names)) < len(names)


def _fit(file: LandingFile, header: Header) -> tuple[int, int]:
    """Return how many known columns, and how many columns, a header yields."""
    known = file.known_columns
    return sum(name.lower() in known for name in header.names), len(header.names)


def _count_csv_rows(file: LandingFile, header: Header) -> int:
    fields = len(header.names)
    with csv_text(file) as text:
        widths = Counter(map(len, csv_records(text, header)))
    blank_lines = widths.pop(0, 0)
    if fields == 1:
        widths[1] += blank_lines
    if set(widths) - {fields}:
        raise LandingError(_uneven_line(file, header))
    return widths[fields]


def _uneven_line(file: LandingFile, header: Header) -> str:
    """Say on which line the first record with too many or too few fields begins."""
    fields = len(header.names)
    begins = 0
    with csv_text(file) as text:
        records = csv_records(text, header)
        for record in records:
            if len(record) not in (0, fields):
                break
            begins = records.line_num
        runs = records.line_num - begins
    spans = f" (it runs over {runs} lines: perhaps a quote is never closed)" if runs > 1 else ""
    return (
        f"{file.label}, line {header.lines + begins + 1}: the line has {len(record)} "
        f"field{'s' * (len(record) != 1)}{spans}, the header {fields}, separated by "
        f"{header.delimiter!r}. A value that holds the separator, a double quote or a line break "
        'must stand in double quotes, a double quote within it written twice ("").'
    )


def csv_records(text: TextIO, header: Header) -> "_csv.Reader":
    """Return the records below the header."""
    for _ in range(header.lines):
        text.readline()
    return csv.reader(text, delimiter=header.delimiter)


@contextmanager
def csv_text(file: LandingFile) -> Iterator[TextIO]:
    """Open a CSV file as text, its line ends kept, and say it in words when that fails."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    opener = gzip.open if file.is_gzipped else open
    try:
        with (
            opener(file.path, "rb") as stream,
            io.TextIOWrapper(stream, encoding=file.encoding, newline="") as text,
        ):
            yield text
    except UnicodeDecodeError as error:
        raise not_in_its_encoding(file, error) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise LandingError(
            f"{file.label}: the file begins like gzip but cannot be unpacked: it is damaged or was "
            "not copied to its end. Land it again."
        ) from None
    except csv.Error:
        raise LandingError(
            f"{file.label}: a field is longer than {MAX_FIELD_CHARACTERS:,} characters: most "
            "likely a double quote was opened and never closed."
        ) from None


def not_in_its_encoding(file: LandingFile, error: UnicodeDecodeError) -> LandingError:
    """Say on which line a text stops being what it should be; of a mapping, what to look at."""
    if file.reading is None:
        return LandingError(
            f"{file.label}, line {_first_line_not_utf8(file)}: the text is not valid UTF-8. "
            "Export the file as UTF-8."
        )
    mapping = file.reading.mapping
    return LandingError(
        f"{file.label}: the text is not valid {mapping.encoding} ({error.reason}). Is `encoding` "
        f"right in the mapping {mapping.name}? Exports are often utf-8, gb18030 or cp1252."
    )


def _first_line_not_utf8(file: LandingFile) -> int:
    opener = gzip.open if file.is_gzipped else open
    with opener(file.path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    raise AssertionError("only called when a line is not UTF-8")
