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
from orchestration.landing.cells import quoted
from orchestration.landing.data_facts import FactsOfFiles
from orchestration.landing.databases.inspection import inspect_database
from orchestration.landing.files import LandingFile, content_sha256, discover
from orchestration.landing.inspection import FileInspection, LandingInspection
from orchestration.landing.rules import check_currencies, check_one_way_of_keying
from orchestration.landing.schema import create_raw_schema, has_raw_schema
from orchestration.landing.scratch import SCRATCH_VIEW, load_scratch
from orchestration.own_rule_counts import count_own_rules
from orchestration.playbook import read_playbook
from orchestration.publishing.postgres.connection import PostgresError, connected
from orchestration.settings import Settings

# What the rules over all files look at; no other row is kept.
_RULED = "order_id, line_id, currency"


def inspect_landing(home: Home, settings: Settings) -> LandingInspection:
    """Read and type every landing file in memory, and say what a night would make of it.

    Nothing is written: the warehouse is opened read-only if it is there, to tell new files from
    loaded ones; if another process holds it, that is said.
    """
    discovery = discover(home.landing)
    warnings = [f"{each.path} {each.reason}; it is not read." for each in discovery.ignored]
    files: list[FileInspection] = []
    problems: list[str] = []
    with _in_memory(home, settings) as connection:
        facts = FactsOfFiles(connection)
        known, warning = _attach_warehouse(connection, home)
        warnings += [warning] if warning else []
        seen: dict[tuple[str, str], str] = {}
        names = {(t, name): sha for (t, sha, name) in sorted(known or ())}
        for seq, file in enumerate(discovery.files, start=1):
            sha = content_sha256(file.path)
            status = _status(file, sha, known, seen)
            if known and (file.table, file.name) in names and status in ("new", "copy"):
                warnings.append(
                    f"{file.label} has another content than the file of that name that was landed "
                    "before: it is taken as a further file. Use `strata unload` if it replaces it."
                )
            each = _inspect_file(connection, file, status, seq, settings)
            if not each.problems:
                facts.add_scratch(file.table)
            files.append(each)
            problems += each.problems
        _keep_loaded_lines(connection, known, discovery.files)
        databases = tuple(inspect_database(each) for each in settings.landing.databases)
        problems += [each.problem for each in databases if each.problem]
        if (
            not any(f.table == "transactions" for f in discovery.files)
            and not any(table == "transactions" for table, *_ in known or ())
            and not any(each.into == "transactions" for each in databases)
        ):
            problems.append(f"There are no transactions in {home.landing / 'transactions'}.")
        problems += _problems_over_all(connection, settings)
        problems += _problems_of_playbook(home, settings)
        warnings += _warnings_of_postgres(settings)
        if known:
            facts.add_loaded({content_sha256(file.path) for file in discovery.files})
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
def _in_memory(home: Home, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    beside = home.root if home.root.exists() else None
    with (
        tempfile.TemporaryDirectory(prefix=".strata-check-", dir=beside) as spill,
        in_memory(settings, Path(spill)) as connection,
    ):
        create_raw_schema(connection)
        yield connection


def _attach_warehouse(
    connection: duckdb.DuckDBPyConnection, home: Home
) -> tuple[set[tuple[str, str, str]] | None, str | None]:
    """Return table, hash and name of the loaded files, and a warning if that cannot be seen."""
    if not home.warehouse.exists():
        return set(), None
    try:
        connection.execute(f"attach {quoted(str(home.warehouse))} as warehouse (read_only)")
    except duckdb.Error:
        return None, (
            "the warehouse is in use by a run: which files are loaded already cannot be told, and "
            "only what lies in the landing folder was looked at."
        )
    if not has_raw_schema(connection, catalog="warehouse"):
        return set(), None
    return set(
        connection.execute(
            "select source_table, content_sha256, file_name from warehouse.raw.files "
            "where status <> 'unloaded'"
        ).fetchall()
    ), None


def _status(
    file: LandingFile,
    sha: str,
    known: set[tuple[str, str, str]] | None,
    seen: dict[tuple[str, str], str],
) -> str:
    if known is None:
        return "unknown"
    if (file.table, sha, file.name) in known:
        return "loaded"
    is_loaded = any((table, content) == (file.table, sha) for table, content, _ in known)
    is_first = seen.setdefault((file.table, sha), file.name) == file.name
    return "new" if is_first and not is_loaded else "copy"


def _inspect_file(
    connection: duckdb.DuckDBPyConnection,
    file: LandingFile,
    status: str,
    seq: int,
    settings: Settings,
) -> FileInspection:
    try:
        facts = load_scratch(connection, file, settings)
    except LandingError as error:
        return FileInspection(
            file.table, file.name, status, problems=tuple(str(error).splitlines())
        )
    if file.table == "transactions" and status != "copy":
        connection.execute(
            "insert into raw.files values (?, 'transactions', ?, '', 0, 0, null, '', "
            "timestamp 'epoch', 'loaded', null)",
            [seq, file.name],
        )
        connection.execute(
            f"insert into raw.transactions (file_seq, row_number, {_RULED}) "
            f"select {seq}, row_number, {_RULED} from {SCRATCH_VIEW} where reason is null"
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
    )


def _keep_loaded_lines(
    connection: duckdb.DuckDBPyConnection,
    known: set[tuple[str, str, str]] | None,
    files: tuple[LandingFile, ...],
) -> None:
    """Add the lines of files that were loaded and no longer lie in the landing folder."""
    if not known:
        return
    here = [content_sha256(file.path) for file in files if file.table == "transactions"]
    gone = (
        "select file_seq from warehouse.raw.files where source_table = 'transactions' "
        "and status = 'loaded' and not list_contains($here, content_sha256)"
    )
    shift = len(files)
    connection.execute(
        f"insert into raw.files select * replace (file_seq + {shift} as file_seq) "
        f"from warehouse.raw.files where file_seq in ({gone})",
        {"here": here},
    )
    connection.execute(
        f"insert into raw.transactions (file_seq, row_number, {_RULED}) "
        f"select file_seq + {shift}, row_number, {_RULED} from warehouse.raw.transactions "
        f"where file_seq in ({gone})",
        {"here": here},
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
        check_one_way_of_keying(connection, 0)
    except LandingError as error:
        problems.append(str(error))
    return problems
