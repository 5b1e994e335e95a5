"""The exports of one published night: built beside what is there, put in place whole."""

from pathlib import Path

import duckdb

from orchestration.database import in_memory, opened
from orchestration.export_settings import schemes_of
from orchestration.exports.changes import changes_sql, count_changes
from orchestration.exports.files import as_exported, write_csv, write_parquet
from orchestration.exports.folder import (
    Export,
    ExportedFile,
    base_of,
    commit,
    kept_exports,
    new_folder,
    retain,
)
from orchestration.exports.people import count_people
from orchestration.exports.profiles import exported_schemes, profiles_sql
from orchestration.exports.segment_lists import ListOrder, write_list
from orchestration.home import Home
from orchestration.publishing.manifest import Issue
from orchestration.publishing.sql import literal
from orchestration.settings import Settings

PROFILES = "profiles.parquet"
CHANGES = "profile_changes.parquet"
LISTS = "lists"


def write_exports(home: Home, settings: Settings, issue: Issue) -> Export:
    """Write profiles, their changes and the chosen lists of what is published.

    A night that is exported again gets a new folder, whose data files have the same bytes if
    nothing of it is different.
    """
    exports = settings.exports
    base, told = base_of(kept_exports(home), issue.as_of_date)
    with (
        new_folder(home, issue.as_of_date) as (name, folder),
        opened(home.serving / issue.serving_file, home, settings, read_only=True) as connection,
    ):
        schemes = exported_schemes(connection, settings, exports.schemes)
        profiles = folder / PROFILES
        changes = folder / CHANGES
        before = base.folder(home) / PROFILES if base else None
        query = profiles_sql(connection, settings, schemes, before)
        rows = write_parquet(connection, query, profiles)
        changed = write_parquet(
            connection,
            changes_sql(
                connection,
                issue.as_of_date,
                profiles,
                before=before,
                told=told.folder(home) / CHANGES if told else None,
            ),
            changes,
        )
        files = [as_exported(folder, profiles, rows), as_exported(folder, changes, changed)]
        guarded = 0
        if "csv" in exports.formats:
            for source, count in ((profiles, rows), (changes, changed)):
                path = source.with_suffix(".csv")
                guarded = max(
                    guarded,
                    write_csv(connection, source, path, is_guarded=exports.guard_formulas),
                )
                files.append(as_exported(folder, path, count))
        files += _write_lists(connection, settings, issue, folder)
        export = Export(
            name=name,
            as_of_date=issue.as_of_date,
            run_id=issue.run_id,
            consent=exports.consent,
            people=count_people(connection, exports.consent),
            profiles=rows,
            changes=count_changes(connection, changes),
            changes_since=base.as_of_date if base else None,
            schemes=tuple(schemes),
            purposes=dict(exports.purposes),
            guarded_rows=guarded,
            files=tuple(sorted(files, key=lambda file: file.path)),
        )
        commit(home, export, folder)
    retain(home, exports.keep_nights)
    return export


def _write_lists(
    connection: duckdb.DuckDBPyConnection, settings: Settings, issue: Issue, folder: Path
) -> list[ExportedFile]:
    """Write a workbook for each scheme of the chosen lists."""
    chosen = settings.exports.lists
    if not chosen:
        return []
    order = ListOrder(issue.as_of_date, folder / PROFILES, chosen, settings.language)
    (folder / LISTS).mkdir()
    files = []
    for scheme in exported_schemes(connection, settings, schemes_of(chosen)):
        path = folder / LISTS / f"{scheme}.xlsx"
        rows = write_list(connection, scheme, order, path)
        files.append(as_exported(folder, path, rows))
    return files


def profile_columns(home: Home, settings: Settings, folder: Path) -> dict[str, str]:
    """Return the columns of an export's profiles in order, with their types."""
    with in_memory(settings, home.temporary) as connection:
        rows = connection.execute(
            "select column_name, lower(column_type) from "
            f"(describe from read_parquet({literal(str(folder / PROFILES))}))"
        ).fetchall()
    return dict(rows)
