"""What `strata check` finds in the landing folder, without changing anything."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.availability import predict_schemes
from orchestration.database import in_memory
from orchestration.errors import LandingError, PlaybookError
from orchestration.home import Home
from orchestration.landing.data_facts import FactsOfFiles
from orchestration.landing.databases.inspection import inspect_database
from orchestration.landing.files import LandingFile, discover, hash_of
from orchestration.landing.inspection import FileInspection, LandingInspection
from orchestration.landing.loaded_files import (
    RULED,
    Loaded,
    attach_warehouse,
    keep_loaded_lines,
)
from orchestration.landing.rules import check_currencies, check_one_way_of_keying
from orchestration.landing.schema import MappedFile, create_raw_schema
from orchestration.landing.scratch import SCRATCH_VIEW, load_scratch
from orchestration.own_rule_counts import count_own_rules
from orchestration.playbook import read_playbook
from orchestration.publishing.postgres.connection import PostgresError, connected
from orchestration.settings import Settings


def inspect_landing(home: Home, settings: Settings) -> LandingInspection:
    """Read and type every landing file in memory, and say what a night would make of it.

    Nothing is written: the warehouse is opened read-only if it is there, to tell new files from
    loaded ones; if another process holds it, that is said.
    """
    discovery = discover(home.landing, settings.landing)
    warnings = [f"{each.path} {each.reason}; it is not read." for each in discovery.ignored]
    files: list[FileInspection] = []
    problems: list[str] = []
    with in_memory_beside(home, settings) as connection:
        facts = FactsOfFiles(connection)
        known, warning = attach_warehouse(connection, home)
        warnings += [warning] if warning else []
        seen: dict[tuple[str, str, str], str] = {}
        hashes: list[tuple[LandingFile, str]] = []
        for seq, file in enumerate(discovery.files, start=1):
            try:
                sha = hash_of(file)
            except LandingError as error:
                files.append(_without_rows(file, "unknown", error))
                problems += [each for each in files[-1].problems if each not in problems]
                continue
            hashes.append((file, sha))
            status = _status(file, sha, known, seen)
            if known and (file.table, file.name) in known.labels and status in ("new", "copy"):
                warnings.append(
                    f"{file.label} has another content than the file of that name that was landed "
                    "before: it is taken as a further file. Use `strata unload` if it replaces it."
                )
            if known and status == "loaded":
                warnings += _read_otherwise_today(
                    file, known.mapped.get((file.table, sha, file.name))
                )
            each = _inspect_file(connection, file, status, seq, settings)
            if not each.problems:
                facts.add_scratch(file.table)
            files.append(each)
            problems += [problem for problem in each.problems if problem not in problems]
        keep_loaded_lines(connection, known, hashes, shift=len(discovery.files))
        databases = tuple(inspect_database(each) for each in settings.landing.databases)
        problems += [each.problem for each in databases if each.problem]
        if (
            not any(f.table == "transactions" for f in discovery.files)
            and not (known is not None and "transactions" in known.tables)
            and not any(each.into == "transactions" for each in databases)
        ):
            problems.append(f"There are no transactions in {home.landing / 'transactions'}.")
        problems += _problems_over_all(connection, settings)
        problems += _problems_of_playbook(home, settings)
        warnings += _warnings_of_postgres(settings)
        warnings += _mappings_without_files(settings, discovery.files, known)
        if known and known.files:
            facts.add_loaded({sha for _, sha in hashes})
        schemes = predict_schemes(facts.to_data_facts(settings), settings)
    return LandingInspection(
        tuple(files),
        tuple(problems),
        tuple(warnings),
        schemes=schemes,
        own_rules=count_own_rules(home, settings),
        databases=databases,
    )


@contextmanager
def in_memory_beside(home: Home, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that has the raw tables, and room to spill beside the home."""
    beside = home.root if home.root.exists() else None
    with (
        tempfile.TemporaryDirectory(prefix=".strata-check-", dir=beside) as spill,
        in_memory(settings, Path(spill)) as connection,
    ):
        create_raw_schema(connection)
        yield connection


def _status(
    file: LandingFile,
    sha: str,
    known: Loaded | None,
    seen: dict[tuple[str, str, str], str],
) -> str:
    if known is None:
        return "unknown"
    if (file.table, sha, file.name, file.part) in known.files:
        return "loaded"
    is_loaded = any(
        (table, part, content) == (file.table, file.part, sha)
        for table, content, _, part in known.files
    )
    is_first = seen.setdefault((file.table, file.part, sha), file.name) == file.name
    return "new" if is_first and not is_loaded else "copy"


def _read_otherwise_today(file: LandingFile, loaded: MappedFile | None) -> list[str]:
    """Warn of a loaded file that its mapping would now read in another way."""
    if file.reading is None or loaded is None or loaded.mapping_sha256 == file.reading.sha256:
        return []
    return [
        f"{file.label} was loaded by the mapping {loaded.mapping} as it was then, and stays what "
        "it was: the mapping has changed since. To read it anew, `strata unload "
        f"{loaded.source_name}` and put the file back."
    ]


def _mappings_without_files(
    settings: Settings, files: tuple[LandingFile, ...], known: Loaded | None
) -> list[str]:
    """Warn of mappings that read nothing: most likely their pattern is wrong."""
    used = {file.reading.mapping.name for file in files if file.reading}
    used |= {each.mapping for each in known.mapped.values()} if known else set()
    return [
        f"the mapping {each.name} reads no file: none fits landing/{each.files}."
        for each in settings.landing.mapping
        if each.name not in used
    ]


def _inspect_file(
    connection: duckdb.DuckDBPyConnection,
    file: LandingFile,
    status: str,
    seq: int,
    settings: Settings,
) -> FileInspection:
    mapping = file.reading.mapping if file.reading else None
    name, pattern = (mapping.name, mapping.files) if mapping else (None, None)
    try:
        facts = load_scratch(connection, file, settings)
    except LandingError as error:
        return _without_rows(file, status, error)
    if file.table == "transactions" and status != "copy":
        connection.execute(
            "insert into raw.files values (?, 'transactions', ?, '', 0, 0, null, '', "
            "timestamp 'epoch', 'loaded', null)",
            [seq, file.name],
        )
        connection.execute(
            f"insert into raw.transactions (file_seq, row_number, {RULED}) "
            f"select {seq}, row_number, {RULED} from {SCRATCH_VIEW} where reason is null"
        )
    return FileInspection(
        table=file.table,
        name=file.name,
        status=status,
        rows=facts.rows_in,
        rejected=facts.rejected,
        nulled=facts.nulled,
        unknown_columns=facts.unknown_columns,
        missing_columns=facts.missing_columns,
        first_day=facts.first_day,
        last_day=facts.last_day,
        currencies=facts.currencies,
        mapping=name,
        pattern=pattern,
        left_out=facts.left_out,
    )


def _without_rows(file: LandingFile, status: str, error: LandingError) -> FileInspection:
    """Return what is known of a file that cannot be used: what is wrong with it."""
    mapping = file.reading.mapping if file.reading else None
    return FileInspection(
        file.table,
        file.name,
        status,
        problems=tuple(str(error).splitlines()),
        mapping=mapping.name if mapping else None,
        pattern=mapping.files if mapping else None,
    )


def _problems_of_playbook(home: Home, settings: Settings) -> list[str]:
    try:
        read_playbook(home.playbook_file, own_segments=settings.own_segment_ids)
    except PlaybookError as error:
        return str(error).splitlines()
    return []


def _warnings_of_postgres(settings: Settings) -> list[str]:
    """Say if the copy cannot be written; the night would go without it."""
    target = settings.publish.postgres
    if target is None:
        return []
    try:
        with connected(target):
            return []
    except PostgresError as error:
        return [str(error)]


def _problems_over_all(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    problems = []
    try:
        check_currencies(connection, settings)
    except LandingError as error:
        problems.append(str(error))
    try:
        check_one_way_of_keying(connection)
    except LandingError as error:
        problems.append(str(error))
    return problems
