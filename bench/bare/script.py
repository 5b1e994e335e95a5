"""The bare script's two nights: the first one over everything, the next one over new files."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from bench.bare.loading import TABLES, LandedFile, load, new_files
from bench.bare.lost import find_lost
from bench.bare.schemes import scheme_parts
from bench.bare.sql import sql

# By subject, in the order in which they read each other.
FEATURES = (
    "features",
    "features_products",
    "features_habits",
    "features_contact",
    "features_people",
    "features_finance",
    "features_behaviour",
)
SEGMENTS = ("segments_shop", "segments_people", "segments_contact", "segments_finance")


@dataclass(frozen=True)
class BareNight:
    """What a bare night is to do.

    `r` and `alpha` are the account's cadence, fitted by Strata; null leaves `lifecycle` out.
    `landings` are folders laid out like Strata's `landing/`.
    """

    landings: Sequence[Path]
    database: Path
    published: Path
    as_of_date: date
    r: float | None
    alpha: float | None
    currency: str
    memory_limit: str
    threads: int


@dataclass
class Clock:
    """Seconds by stage, in the order in which the stages ran."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)


def run(night: BareNight) -> dict[str, float]:
    """Run the night, the first one or the next one by what the database holds; return seconds."""
    clock = Clock()
    with duckdb.connect(str(night.database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{night.memory_limit}'")
        connection.execute(f"set threads = {night.threads}")
        connection.execute(sql("macros"))
        is_first = not _has_tables(connection)
        with clock.stage("raw"):
            if is_first:
                connection.execute(sql("raw"))
            files = new_files(connection, night.landings)
            connection.execute("begin")
            for file in files:
                load(connection, file, night.currency)
            connection.execute("commit")
        _set_variables(connection, night, files)
        with clock.stage("balance"):
            find_lost(connection, files, is_first=is_first)
        with clock.stage("core"):
            _build_entities(connection, files, is_first=is_first)
            connection.execute(_core(is_first=is_first))
            connection.execute(sql("core_night"))
            connection.execute(_balance())
        with clock.stage("features"):
            connection.execute("create schema if not exists features")
            for name in FEATURES:
                connection.execute(sql(name))
        with clock.stage("segments"):
            connection.execute("create schema if not exists segments")
            connection.execute(sql("segments", **_scores()))
            for name in SEGMENTS:
                connection.execute(sql(name))
        with clock.stage("parquet"):
            night.published.mkdir(parents=True, exist_ok=True)
            connection.execute(sql("publish", folder=str(night.published), **scheme_parts()))
    return clock.seconds


def _has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' limit 1"
    ).fetchone()
    return found is not None


def _set_variables(
    connection: duckdb.DuckDBPyConnection, night: BareNight, files: Sequence[LandedFile]
) -> None:
    connection.execute(f"set variable as_of = date '{night.as_of_date}'")
    for name, value in (("r", night.r), ("alpha", night.alpha)):
        literal = "cast(null as double)" if value is None else f"cast({value!r} as double)"
        connection.execute(f"set variable {name} = {literal}")
    connection.execute(f"set variable first_new = {files[0].file_seq if files else 0}")


def _build_entities(
    connection: duckdb.DuckDBPyConnection, files: Sequence[LandedFile], *, is_first: bool
) -> None:
    """Keep the rows that stand of every table but the lines, which have a script of their own."""
    connection.execute("create schema if not exists core")
    brought = {file.table for file in files}
    for table in TABLES:
        if table == "transactions" or not (is_first or table in brought):
            continue
        standing = (
            f"select * from raw.{table} anti join (from raw.lost where source_table = '{table}') "
            "using (file_seq, row_number)"
        )
        if is_first:
            connection.execute(f"create table core.{table} as {standing}")
            continue
        connection.execute(
            f"delete from core.{table} where (file_seq, row_number) in "
            f"(select (file_seq, row_number) from new_lost where source_table = '{table}')"
        )
        connection.execute(
            f"insert into core.{table} {standing} where file_seq >= getvariable('first_new')"
        )


def _core(*, is_first: bool) -> str:
    """Return the script of lines, orders by day and customer-days."""
    lines, days = (
        ("core.transactions", "core.order_days")
        if is_first
        else ("touched_lines", "touched_order_days")
    )
    return sql(
        "first_core" if is_first else "next_core",
        lines_select=sql("lines"),
        order_days_select=sql("order_days", lines=lines),
        customer_days_select=sql("customer_days", days=days),
        returns=sql("returns", lines=lines, days=days),
    )


def _balance() -> str:
    counts = (
        f"select file_seq, count(*) as accepted from core.{table} group by file_seq"
        for table in TABLES
    )
    return sql("balance", accepted=" union all ".join(counts))


def _scores() -> dict[str, str]:
    """Return the three scores: 1 + the number of edges that a value is strictly above."""
    scored = {"r": "recency_days", "f": "frequency", "m": "monetary::double"}
    edges = {"r": "recency", "f": "frequency", "m": "monetary"}
    parts = {}
    for name, value in scored.items():
        above = " + ".join(
            f"(customers.{value} > edges.{edges[name]}[{place}])::int" for place in range(1, 5)
        )
        score = f"5 - ({above})" if name == "r" else f"1 + {above}"
        parts[f"{name}_score"] = f"case when customers.frequency > 0 then {score} end"
    return parts
