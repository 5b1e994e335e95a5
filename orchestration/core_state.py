"""What core holds: the landing files that it has taken in, and which code and engine built it."""

import hashlib
from dataclasses import dataclass

import duckdb
from dbt.contracts.graph.manifest import Manifest

CORE_SCHEMAS = frozenset({"staging", "core", "work"})
# Built by the same stage; of these, the ones that are kept from night to night go with core.
_FEATURES = "features"
# Macros of schemes: another phrase of theirs is no reason to build core anew.
_OF_SEGMENTS = "macros/segments/"


@dataclass(frozen=True)
class CoreBuild:
    """How core is built tonight.

    `reason` says why it is built as a whole from raw; null if it takes in new files only.
    """

    fingerprint: str
    reason: str | None

    @property
    def is_whole(self) -> bool:
        return self.reason is not None


def fingerprint(manifest: Manifest) -> str:
    """Return a hash of all that decides what core makes of raw: its SQL, the macros, the engine."""
    core = [
        node
        for node in manifest.nodes.values()
        if str(node.resource_type) == "model"
        and (
            node.schema in CORE_SCHEMAS
            or (node.schema == _FEATURES and node.config.materialized == "incremental")
        )
    ]
    called = _called_macros(manifest, [name for node in core for name in node.depends_on.macros])
    parts = [f"duckdb {duckdb.__version__}"]
    parts += [f"{node.unique_id}\n{node.raw_code}\n{node.config.materialized}" for node in core]
    parts += [
        f"{name}\n{macro.macro_sql}"
        for name, macro in manifest.macros.items()
        if macro.package_name == "strata"
        and (name in called or not macro.original_file_path.startswith(_OF_SEGMENTS))
    ]
    return hashlib.sha256("\0".join(sorted(parts)).encode()).hexdigest()


def _called_macros(manifest: Manifest, names: list[str]) -> set[str]:
    """Return macros and all that they call; dbt itself looks for others, such as overrides."""
    called: set[str] = set()
    while names:
        name = names.pop()
        if name not in called:
            called.add(name)
            macro = manifest.macros.get(name)
            names += macro.depends_on.macros if macro else []
    return called


def plan_core_build(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> CoreBuild:
    """Decide whether core takes in new files only, or is built as a whole.

    It is built as a whole the first time, after a build that did not come to its end, after a file
    was taken back, and after its SQL or DuckDB changed: what it holds would not be what the same
    code makes of raw.
    """
    now = fingerprint(manifest)
    built = connection.execute("select fingerprint from ops.core_build").fetchone()
    if built is None:
        return CoreBuild(now, "core was never built to its end")
    if built[0] != now:
        return CoreBuild(now, "its SQL or DuckDB changed")
    gone = connection.execute(
        "select count(*) from ops.applied_files where file_seq not in "
        "(select file_seq from raw.files where status = 'loaded')"
    ).fetchone()
    if gone is not None and gone[0]:
        return CoreBuild(now, f"{gone[0]} files were taken back")
    return CoreBuild(now, None)


def forget_core_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that core holds nothing for sure: before it is built as a whole."""
    connection.execute("begin")
    connection.execute("delete from ops.applied_files")
    connection.execute("delete from ops.core_build")
    connection.execute("commit")


def begin_core_intake(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that core begins to take in files, and whether the last time did not come to its end."""
    connection.execute("begin")
    connection.execute(
        "create or replace temp table broke_off as select count(*) > 0 as it from ops.core_intake"
    )
    connection.execute("delete from ops.core_intake")
    connection.execute("insert into ops.core_intake select it from broke_off")
    connection.execute("commit")


def record_core_build(connection: duckdb.DuckDBPyConnection, build: CoreBuild) -> None:
    """Note that core holds all loaded files; only after its last table and check went through."""
    connection.execute("begin")
    connection.execute("delete from ops.applied_files")
    connection.execute(
        "insert into ops.applied_files select file_seq from raw.files where status = 'loaded'"
    )
    connection.execute("delete from ops.core_build")
    connection.execute("insert into ops.core_build values (?)", [build.fingerprint])
    connection.execute("delete from ops.core_intake")
    connection.execute("commit")
