"""A mapped file, opened: its rows as the mapping says, under the names of the contract."""

import codecs
import glob
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.landing.cells import Cell, quoted, text_sql
from orchestration.landing.counting import csv_text
from orchestration.landing.files import LandingFile
from orchestration.landing.mapping.expressions import Expressions, share_windows
from orchestration.landing.mapping.names import locate, refuse_a_misfit, unexpected_columns
from orchestration.landing.mapping.settings import Mapping, Reading
from orchestration.landing.mapping.values import (
    GUARDED,
    UNGUARDED,
    VALUE_KINDS,
    number_value,
)
from orchestration.landing.readers import ROW_NUMBER_OF_PARQUET, Source, open_source
from orchestration.landing.typing_sql import SPACES

STAGED_EXPORT = "landing_export.parquet"
IN_UTF8 = "landing_export.utf8"
_CHUNK_CHARACTERS = 1 << 20


def open_landing_file(connection: duckdb.DuckDBPyConnection, file: LandingFile) -> Source:
    """Open a file for typing, by its mapping if it has one.

    Raises
    ------
    LandingError
        If it cannot be read, or lacks columns that its mapping looks at.
    """
    if file.reading is None:
        return open_source(connection, file)
    return _open_mapped(connection, file, file.reading)


def drop_staged_export(folder: Path) -> None:
    """Remove what opening mapped files leaves in a folder, be it of a run that was killed."""
    for path in folder.glob(f"{IN_UTF8}*"):
        path.unlink()
    (folder / STAGED_EXPORT).unlink(missing_ok=True)


def _open_mapped(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, reading: Reading
) -> Source:
    folder = _spill_folder(connection)
    source = open_source(connection, _in_utf8(file, reading, folder))
    names = [name.strip() for name in source.cells]
    # A JSON file without a line has no names at all.
    if names or file.format != "jsonl":
        refuse_a_misfit(file.label, reading, names)
    staged = _staged(connection, source, folder / STAGED_EXPORT)
    texts = {name: f"c{place}" for place, name in enumerate(names)}
    refs = {name: f"r{place}" for place, name in enumerate(reading.columns)}
    expressions = Expressions(reading, refs)
    columns = expressions.columns()
    unknown = unexpected_columns(reading.mapping, names)
    given = [
        f"{ROW_NUMBER_OF_PARQUET} + 1 as row_number",
        f"{_json_object({name: texts[name] for name in names})} as row_text",
        (_json_object({n: texts[n] for n in unknown}) if unknown else "cast(null as varchar)")
        + " as extra_text",
        *(
            f"{_tidy(_reference_sql(reading.mapping, name, names))} as {ref}"
            for name, ref in refs.items()
        ),
    ]
    mapped = ", ".join(f"{sql} as m_{name}" for name, sql in columns.items())
    relation = f"""(
        with given as (
            select {", ".join(given)}
            from read_parquet({quoted(glob.escape(str(staged)))}, hive_partitioning = false)
        ),
        {_by_order(reading, refs)}
        {_shares(reading, refs, expressions)}
        mapped as (
            select
                row_number, row_text, extra_text, {expressions.is_taken()} as is_taken, {mapped}
            from weighed
        )
        select * from mapped where is_taken
    )"""
    return Source(
        {name: Cell(f"m_{name}", "VARCHAR") for name in columns},
        relation,
        row="row_text",
        row_number="row_number",
        header=source.header,
        extra="extra_text",
        extra_columns=tuple(unknown),
    )


def _by_order(reading: Reading, refs: dict[str, str]) -> str:
    """Return the steps that number an order's rows and give them what only its first one has."""
    mapping = reading.mapping
    if mapping.order is None:
        return "filled as (select *, 1 as row_of_order from given),"
    above = "rows between unbounded preceding and current row"
    by_order = "partition by order_key order by row_number"
    filled = ", ".join(
        f"last_value({refs[name]} ignore nulls) over ({by_order} {above}) as {refs[name]}"
        for name in dict.fromkeys((mapping.order, *mapping.fill_down))
        if name in refs
    )
    return f"""
        ordered as (
            select
                *,
                last_value({refs[mapping.order]} ignore nulls)
                over (order by row_number {above}) as order_key
            from given
        ),
        filled as (
            select
                * replace ({filled}), row_number() over ({by_order}) as row_of_order
            from ordered
        ),
    """


def _shares(reading: Reading, refs: dict[str, str], expressions: Expressions) -> str:
    """Return the steps that sum, over each order, what shares are cut by."""
    weights = expressions.weights()
    if not weights:
        return "weighed as (select * from filled),"
    windows = []
    for name in weights:
        total = reading.part.columns[name].share
        assert total is not None
        windows += share_windows(name, number_value(refs[total], reading.mapping))
    listed = ", ".join(f"{sql} as weight_{name}" for name, sql in weights.items())
    return f"""
        with_weights as (select *, {listed} from filled),
        weighed as (select *, {", ".join(windows)} from with_weights),
    """


def _reference_sql(mapping: Mapping, name: str, names: Sequence[str]) -> str:
    """Return a column's text; of nested JSON, what stands at a path or under a key."""
    found = locate(mapping, name, names)
    if found is None:
        return "cast(null as varchar)"
    place, path = found
    if not path:
        return f"c{place}"
    json = f"try_cast(c{place} as json)"
    pointer = "/" + path.replace("~", "~0").replace("/", "~1").replace(".", "/")
    is_key = f"lambda each: json_extract_string(each, '/key') = {quoted(path)}"
    entry = f"list_filter(cast({json} as json[]), {is_key})[1]"
    values = ", ".join(f"json_extract_string({entry}, '/value/{each}')" for each in VALUE_KINDS)
    return (
        f"case when json_type({json}) = 'ARRAY' then coalesce({values}) "
        f"else json_extract_string({json}, {quoted(pointer)}) end"
    )


def _tidy(text: str) -> str:
    """Return text without outer spaces and the apostrophe that guards digits from spreadsheets."""
    trimmed = f"nullif(trim({text}, {quoted(SPACES)}), '')"
    return f"regexp_replace({trimmed}, {quoted(GUARDED)}, {quoted(UNGUARDED)})"


def _staged(connection: duckdb.DuckDBPyConnection, source: Source, path: Path) -> Path:
    """Write a file's cells as text, in its order: rows are then numbered, and read as often."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [f"{text_sql(cell)} as c{place}" for place, cell in enumerate(source.cells.values())]
    listed = ", ".join(["cast(null as varchar) as nothing", *cells])
    connection.execute(
        f"copy (select {listed} from {source.relation}) to {quoted(str(path))} (format parquet)"
    )
    return path


def _in_utf8(file: LandingFile, reading: Reading, folder: Path) -> LandingFile:
    """Return the file as DuckDB can read it: its text in UTF-8, written beside what is spilled."""
    if file.format != "csv" or codecs.lookup(reading.mapping.encoding).name == "utf-8":
        return file
    path = folder / f"{IN_UTF8}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with csv_text(file) as text, path.open("w", encoding="utf-8", newline="") as target:
        while chunk := text.read(_CHUNK_CHARACTERS):
            target.write(chunk)
    in_utf8 = reading.mapping.model_copy(update={"encoding": "utf-8"})
    return replace(file, path=path, reading=replace(reading, mapping=in_utf8))


def _json_object(cells: dict[str, str]) -> str:
    pairs = ", ".join(f"{quoted(name)}, {sql}" for name, sql in cells.items())
    return f"cast(json_object({pairs}) as varchar)"


def _spill_folder(connection: duckdb.DuckDBPyConnection) -> Path:
    row = connection.execute("select current_setting('temp_directory')").fetchone()
    assert row is not None
    return Path(row[0])
