"""DuckDB's reading of each format: the columns of a file, and SQL that yields its rows in order."""

from dataclasses import dataclass

import duckdb

from orchestration.errors import LandingError
from orchestration.landing.cells import Cell, quoted
from orchestration.landing.counting import (
    Header,
    first_broken_json_line,
    first_line_with_a_name_twice,
    parquet_metadata,
    read_csv_header,
)
from orchestration.landing.files import LandingFile
from orchestration.landing.unreadable import check_can_be_read

# One line; longer ones are taken for a quote that was never closed.
MAX_LINE_BYTES = 16 * 1024 * 1024
ROW_NUMBER_OF_PARQUET = "file_row_number"


@dataclass(frozen=True)
class Source:
    """A file ready to be typed: `select <cells> from <relation>`, rows in the file's order.

    `cells` has the file's columns by their names there; `row` is the whole row where the format
    has it as text; `row_number` counts the rows from 1 where the format can. Of a mapped file,
    `cells` has the contract's columns already, `extra` what no rule of the mapping knows, as one
    JSON text, and `extra_columns` the names in it.
    """

    cells: dict[str, Cell]
    relation: str
    row: str | None = None
    row_number: str | None = None
    header: Header | None = None
    extra: str | None = None
    extra_columns: tuple[str, ...] = ()


def open_source(connection: duckdb.DuckDBPyConnection, file: LandingFile) -> Source:
    """Read the columns of a file; its rows are read when they are typed.

    Raises
    ------
    LandingError
        If the file cannot be read, or two of its columns have one name.
    """
    opener = {"parquet": _open_parquet, "csv": _open_csv, "jsonl": _open_json_lines}[file.format]
    source = opener(connection, file)
    _check_names(file, list(source.cells))
    return source


def reading_failed(file: LandingFile, error: duckdb.Error) -> LandingError:
    """Say in words that DuckDB could not read a file, without the line that it quotes."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return LandingError(
            f"{file.label}: reading it takes more memory or temporary space than there is. Raise "
            "`memory_limit` in strata.yml, make room on the disk, or land it as smaller files."
        )
    try:
        check_can_be_read(file.label_of_all, file.path)
    except LandingError as unreadable:
        return unreadable
    if file.format == "jsonl":
        line = first_broken_json_line(file)
        where = f", line {line}" if line else ""
        return LandingError(
            f"{file.label}{where}: not a JSON object in UTF-8. Each line must hold one whole "
            'object, as in {"order_id": "1"}; an array or an object over several lines is none.'
        )
    if file.format == "parquet":
        return LandingError(
            f"{file.label}: the Parquet data cannot be read: the file is damaged, encrypted or was "
            "not copied to its end. Land it again."
        )
    message = str(error)
    _, _, after = message.partition("CSV Error on Line: ")
    digits = after.split("\n", 1)[0].strip()
    where = f", line {digits}" if digits.isdigit() else ""
    if "unterminated quote" in message:
        what = "a double quote is misplaced or never closed"
    elif "state machine" in message:
        what = "lines end in different ways (CR LF and LF), or a double quote is misplaced"
    elif "Maximum line size" in message:
        what = f"a line is longer than {MAX_LINE_BYTES:,} bytes, or a quote is never closed"
    else:
        what = "the line cannot be read"
    return LandingError(f"{file.label}{where}: {what}. Export the file as plain CSV (RFC 4180).")


def _open_parquet(connection: duckdb.DuckDBPyConnection, file: LandingFile) -> Source:
    schema = parquet_metadata(file).schema.to_arrow_schema()
    _check_names(file, schema.names)
    relation = f"read_parquet({_path(file)}, hive_partitioning = false, binary_as_string = true)"
    described = connection.execute(f"describe select * from {relation}").fetchall()
    cells = {name: Cell(_identifier(name), kind) for name, kind, *_ in described}
    # DuckDB numbers the rows of Parquet by itself, unless a column of the file has that name.
    is_taken = any(name.lower() == ROW_NUMBER_OF_PARQUET for name in cells)
    row_number = "row_number() over ()" if is_taken else f"{ROW_NUMBER_OF_PARQUET} + 1"
    return Source(cells, relation, row_number=row_number)


def _open_csv(_: duckdb.DuckDBPyConnection, file: LandingFile) -> Source:
    header = read_csv_header(file)
    names = [name or f"unnamed column {i}" for i, name in enumerate(header.names, start=1)]
    _check_names(file, names)
    names = [
        # Of a mapped file, two columns that nobody looks at may have one name.
        name if names.index(name) == i else f"{name} ({i + 1})"
        for i, name in enumerate(names)
    ]
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(len(names)))
    relation = (
        f"read_csv({_path(file)}, columns = {{{columns}}}, auto_detect = false, header = false, "
        f"skip = {header.records}, delim = {quoted(header.delimiter)}, quote = '\"', "
        f"escape = '\"', strict_mode = true, null_padding = false, hive_partitioning = false, "
        f"max_line_size = {MAX_LINE_BYTES}, "
        f"compression = '{'gzip' if file.is_gzipped else 'none'}')"
    )
    cells = {name: Cell(f"c{i}", "VARCHAR") for i, name in enumerate(names)}
    return Source(cells, relation, header=header)


def _open_json_lines(connection: duckdb.DuckDBPyConnection, file: LandingFile) -> Source:
    """Read the lines as text, and let each key that any of them has be a column."""
    lines = (
        f"(select line from read_csv({_path(file)}, columns = {{'line': 'varchar'}}, "
        "auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', "
        f"strict_mode = false, hive_partitioning = false, max_line_size = {MAX_LINE_BYTES}, "
        "compression = 'none') where trim(line, ' \t\r') <> '')"
    )
    shapes = connection.execute(
        f"select distinct json_keys(line) as keys, json_type(line) as kind from {lines}"
    ).fetchall()
    if any(kind != "OBJECT" for _, kind in shapes):
        raise reading_failed(file, duckdb.Error())
    if any(len(set(keys)) < len(keys) for keys, _ in shapes):
        raise LandingError(
            f"{file.label}, line {first_line_with_a_name_twice(file)}: the object has one name "
            "twice. Each name may stand once in a line."
        )
    names = sorted({key for keys, _ in shapes for key in keys})
    pointers = ", ".join(quoted(_json_pointer(name)) for name in names)
    values = f"json_extract_string(line, [{pointers}])" if names else "[]"
    relation = f"(select line, {values} as found from {lines})"
    cells = {name: Cell(f"found[{i}]", "VARCHAR") for i, name in enumerate(names, start=1)}
    return Source(cells, relation, row="line")


def _check_names(file: LandingFile, names: list[str]) -> None:
    """Refuse two columns of one name: nobody can say which of them is meant.

    A name that is none of the contract's is told by its places: in a file without a header it
    may be a value.
    """
    places: dict[str, list[str]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name.strip().lower(), []).append(str(place))
    known = file.known_columns
    twice = [
        f"`{name}`" if name in known else f"that of columns {' and '.join(where)}"
        for name, where in places.items()
        if len(where) > 1 and (name in known or file.reading is None)
    ]
    if twice:
        raise LandingError(
            f"{file.label}: a column name stands more than once (capitals and outer spaces do not "
            f"count): {', '.join(twice)}. Rename or drop all but one."
        )


def _json_pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _path(file: LandingFile) -> str:
    """Return the path as DuckDB must be told it: a `*` in a name is that sign, not any name."""
    return quoted("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file.path)))
