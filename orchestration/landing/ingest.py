"""The night's first step: new landing files into `raw`, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from orchestration.errors import LandingError
from orchestration.home import Home
from orchestration.landing.contents import Content, contents_of
from orchestration.landing.files import SUFFIXES, Discovery, discover
from orchestration.landing.hashed_files import keep_hashes, recall_hashes
from orchestration.landing.ingest_report import IngestedFile, IngestReport
from orchestration.landing.readers import reading_failed
from orchestration.landing.rules import (
    check_currencies,
    check_one_way_of_keying,
    lines_loaded,
)
from orchestration.landing.schema import (
    create_raw_schema,
    has_raw_schema,
    mapped_files_loaded,
    transaction,
)
from orchestration.landing.scratch import (
    SCRATCH_VIEW,
    drop_scratch,
    load_scratch,
)
from orchestration.landing.statement import typed_columns
from orchestration.landing_schema import LANDING
from orchestration.settings import Settings


@dataclass(frozen=True)
class _Known:
    """The contents that raw holds, and the names of each.

    `first` has file_seq and name by table, part and hash: what a mapped file's parts hold differs.
    """

    first: dict[tuple[str, str, str], tuple[int, str]]
    names: frozenset[tuple[str, str, str]]
    next_seq: int


def ingest(
    connection: duckdb.DuckDBPyConnection, home: Home, settings: Settings, run_id: str
) -> IngestReport:
    """Take in every landing file whose content is not yet in raw, in one transaction.

    The load order is the run, then the table as the contract lists it, then the file name by
    bytes, then the row; `file_seq` keeps it for ever. Any problem with a file as a whole leaves
    raw as it was, and all problems are told together.

    Raises
    ------
    LandingError
        Naming each file, the row or column, and what to do.
    """
    discovery = discover(home.landing, settings.landing)
    recall_hashes(connection)
    known = _known_contents(connection)
    check_there_are_transactions(
        home, discovery, is_loaded=any(table == "transactions" for table, *_ in known.first)
    )
    loaded = lines_loaded(connection)
    contents, unreadable = contents_of(discovery.files)
    new = [
        each
        for each in contents
        if (each.file.table, each.sha256, each.file.name) not in known.names
    ]
    try:
        if unreadable:
            others = _problems(connection, new, settings)
            raise LandingError("\n".join(dict.fromkeys([*unreadable, *others])))
        with transaction(connection):
            create_raw_schema(connection)
            ingested = _take_in(connection, new, known, settings, run_id)
            check_currencies(connection, settings, known.next_seq, loaded)
            check_one_way_of_keying(connection, known.next_seq, loaded)
    except _FileError as error:
        others = _problems(connection, new[error.position + 1 :], settings)
        raise LandingError("\n".join(dict.fromkeys([str(error), *others]))) from None
    finally:
        drop_scratch(connection)
    keep_hashes(connection, [file.path for file in discovery.files])
    return IngestReport(tuple(ingested), discovery.ignored, len(discovery.files) - len(new))


class _FileError(LandingError):
    """The first problem of a run; `position` says which of its new files has it."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def _known_contents(connection: duckdb.DuckDBPyConnection) -> _Known:
    if not has_raw_schema(connection):
        return _Known({}, frozenset(), 1)
    rows = connection.execute(
        "select file_seq, source_table, content_sha256, file_name, status from raw.files "
        "order by file_seq"
    ).fetchall()
    parts = {seq: each.part for seq, each in mapped_files_loaded(connection).items()}
    return _Known(
        {
            (table, parts.get(seq, ""), sha): (seq, name)
            for seq, table, sha, name, status in rows
            if status == "loaded"
        },
        frozenset(
            (table, sha, name) for _, table, sha, name, status in rows if status != "unloaded"
        ),
        max((seq for seq, *_ in rows), default=0) + 1,
    )


def check_there_are_transactions(home: Home, discovery: Discovery, *, is_loaded: bool) -> None:
    """Refuse to run on nothing, before anything is written.

    `is_loaded` says whether raw already holds a file of transactions.

    Raises
    ------
    LandingError
        Saying where to put files, and which of those that lie there are not read, and why.
    """
    if is_loaded or any(file.table == "transactions" for file in discovery.files):
        return
    lines = [
        f"There are no transactions in {home.landing / 'transactions'}: put one or more "
        f"{SUFFIXES} files with the columns {', '.join(LANDING['transactions'].required)} there, "
        "or land the sample with `strata sample`."
    ]
    lines += [f"Not read: {each.path} {each.reason}." for each in discovery.ignored]
    raise LandingError("\n".join(lines))


def _take_in(
    connection: duckdb.DuckDBPyConnection,
    new: Sequence[Content],
    known: _Known,
    settings: Settings,
    run_id: str,
) -> list[IngestedFile]:
    """Load the new files in order; raise at the first that cannot be."""
    first = dict(known.first)
    ingested: list[IngestedFile] = []
    for position, content in enumerate(new):
        file_seq = known.next_seq + position
        origin = first.setdefault(
            (content.file.table, content.file.part, content.sha256), (file_seq, content.file.name)
        )
        try:
            if origin[0] == file_seq:
                each = _load(connection, content, file_seq, settings)
            else:
                each = IngestedFile(
                    file_seq, content.file, _rows_in(connection, origin[0]), origin[1]
                )
            content.check_unchanged()
        except LandingError as error:
            raise _FileError(str(error), position) from None
        _insert_file(connection, content, each, origin[0], run_id)
        ingested.append(each)
    return ingested


def _load(
    connection: duckdb.DuckDBPyConnection, content: Content, file_seq: int, settings: Settings
) -> IngestedFile:
    """Type a file and move its rows to raw: those that stand, and those that are rejected."""
    file = content.file
    facts = load_scratch(connection, file, settings)
    columns = ", ".join(typed_columns(LANDING[file.table]))
    try:
        connection.execute(
            f"insert into raw.{file.table} (file_seq, row_number, {columns}) "
            f"select {file_seq}, row_number, {columns} from {SCRATCH_VIEW}"
            + (" where reason is null" if facts.rejected else "")
        )
        if facts.rejected:
            connection.execute(
                "insert into raw.rejected_rows "
                "(file_seq, row_number, source_table, reason, row_json) "
                f"select {file_seq}, row_number, '{file.table}', reason, row_json "
                f"from {SCRATCH_VIEW} where reason is not null"
            )
    except duckdb.Error as error:
        raise reading_failed(file, error) from None
    for column, nulled in facts.nulled.items():
        connection.execute(
            "insert into raw.nulled_values values (?, ?, ?, ?)",
            [file_seq, file.table, column, nulled],
        )
    return IngestedFile(
        file_seq,
        file,
        facts.rows_in,
        rejected=facts.rejected,
        nulled=facts.nulled,
        unknown_columns=facts.unknown_columns,
        left_out=facts.left_out,
    )


def _insert_file(
    connection: duckdb.DuckDBPyConnection,
    content: Content,
    each: IngestedFile,
    origin: int,
    run_id: str,
) -> None:
    connection.execute(
        "insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            each.file_seq,
            each.file.table,
            each.file.name,
            content.sha256,
            content.bytes,
            each.rows_in,
            origin if each.copy_of is not None else None,
            run_id,
            datetime.now(UTC).replace(tzinfo=None),
            "loaded" if each.copy_of is None else "copy",
            ", ".join(each.unknown_columns) or None,
        ],
    )
    reading = each.file.reading
    if reading is not None:
        connection.execute(
            "insert into raw.mapped_files values (?, ?, ?, ?, ?, ?)",
            [
                each.file_seq,
                f"{reading.mapping.folder}/{each.file.path.name}",
                reading.part.part,
                reading.mapping.name,
                reading.sha256,
                each.left_out,
            ],
        )


def _rows_in(connection: duckdb.DuckDBPyConnection, file_seq: int) -> int:
    """Return the rows of a file that is in raw: a copy's content need not be counted again."""
    row = connection.execute(
        "select rows_in from raw.files where file_seq = ?", [file_seq]
    ).fetchone()
    assert row is not None
    return int(row[0])


def _problems(
    connection: duckdb.DuckDBPyConnection, contents: Sequence[Content], settings: Settings
) -> list[str]:
    """Look at the files after the first bad one, so that a person can mend all at once."""
    problems = []
    for content in contents:
        try:
            load_scratch(connection, content.file, settings)
        except LandingError as error:
            problems.append(str(error))
    return problems
