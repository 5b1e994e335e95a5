"""The bare script's two nights: the first one over everything, the next one over new files."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from bench.bare.loading import TABLES, LandedFile, load, new_files

SQL = Path(__file__).parent / "sql"

# What makes two rows of a table the same: its key, the column that decides before load order does,
# or without a key the columns that name the event.
KEYS = {
    "customers": ("customer_id",),
    "transactions": ("order_id", "line_id"),
    "products": ("product_id",),
    "engagement_events": ("event_id",),
    "campaigns": ("campaign_id",),
    "campaign_assignments": ("campaign_id", "customer_id"),
    "stores": ("store_id",),
    "control_totals": ("month",),
    "contracts": ("contract_id",),
    "holdings": ("customer_id", "product_id", "held_on"),
    "identities": ("customer_id", "identifier_type", "identifier_value"),
    "referrals": ("referrer_customer_id", "referred_customer_id"),
    "erasure_requests": ("customer_id",),
}
VERSIONS = {"customers": "updated_at nulls first,"}
IDENTITIES = {
    "transactions": (
        *("order_id", "customer_id", "ordered_at", "product_id"),
        *("amount", "quantity", "transaction_type"),
    ),
    "engagement_events": ("customer_id", "event_type", "occurred_at", "channel", "product_id"),
    "survey_responses": ("customer_id", "survey", "score", "responded_at", "question"),
    "credit_events": ("customer_id", "event_type", "occurred_at", "days_past_due", "amount"),
}


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
        is_first = not _has_tables(connection)
        with clock.stage("raw"):
            if is_first:
                connection.execute(_sql("raw"))
            files = new_files(connection, night.landings)
            connection.execute("begin")
            for file in files:
                load(connection, file, night.currency)
            connection.execute("commit")
        _set_variables(connection, night, files)
        with clock.stage("balance"):
            _find_lost(connection, files, is_first=is_first)
        with clock.stage("core"):
            _build_entities(connection, files, is_first=is_first)
            connection.execute(_core(is_first=is_first))
            connection.execute(_sql("core_night"))
            connection.execute(_balance())
        with clock.stage("features"):
            connection.execute("create schema if not exists features")
            connection.execute(_sql("features"))
        with clock.stage("segments"):
            connection.execute("create schema if not exists segments")
            connection.execute(_sql("segments", **_scores()))
        with clock.stage("parquet"):
            night.published.mkdir(parents=True, exist_ok=True)
            connection.execute(_sql("publish", folder=str(night.published)))
    return clock.seconds


def _has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' limit 1"
    ).fetchone()
    return found is not None


def _sql(name: str, **parts: str) -> str:
    """Return the SQL of a file, with `{parts}` put in; braces stand for nothing else there."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return text.format(**parts) if parts else text


def _set_variables(
    connection: duckdb.DuckDBPyConnection, night: BareNight, files: Sequence[LandedFile]
) -> None:
    connection.execute(f"set variable as_of = date '{night.as_of_date}'")
    for name, value in (("r", night.r), ("alpha", night.alpha)):
        literal = "cast(null as double)" if value is None else f"cast({value!r} as double)"
        connection.execute(f"set variable {name} = {literal}")
    connection.execute(f"set variable first_new = {files[0].file_seq if files else 0}")


def _find_lost(
    connection: duckdb.DuckDBPyConnection, files: Sequence[LandedFile], *, is_first: bool
) -> None:
    """Find duplicates and superseded rows; on a next night among the keys that it brings."""
    connection.execute("create temp table lost_before as from raw.lost")
    for table in dict.fromkeys(file.table for file in files):
        columns = _columns_of(connection, table)
        key, identity = KEYS.get(table, ()), IDENTITIES.get(table, ())
        has_key = f"({' and '.join(f'{column} is not null' for column in key) or 'false'})"
        for kind, hashed, rows in (
            ("keyed", key, has_key),
            ("keyless", identity, f"not {has_key}"),
        ):
            if not hashed:
                continue
            hashes = f"hash({', '.join(hashed)})"
            several = "count(*) > 1" if kind == "keyed" else "min(file_seq) <> max(file_seq)"
            is_new = f"{rows} and file_seq >= getvariable('first_new')"
            brought = f"select {hashes} from raw.{table} where {is_new}"
            among = "true" if is_first else f"{hashes} in ({brought})"
            repeated = (
                f"select {hashes} from raw.{table} where {rows} and {among} "
                f"group by all having {several}"
            )
            if not is_first:
                connection.execute(
                    f"delete from raw.lost where source_table = '{table}' and "
                    f"(file_seq, row_number) in (select (file_seq, row_number) from raw.{table} "
                    f"where {rows} and {hashes} in ({repeated}))"
                )
            connection.execute(
                _sql(
                    f"lost_{kind}",
                    table=table,
                    keys=", ".join(key),
                    identity=", ".join(identity),
                    columns=", ".join(columns),
                    version=VERSIONS.get(table, ""),
                    repeated=repeated,
                    has_key=has_key,
                    has_no_key=f"not {has_key}",
                )
            )
    connection.execute(
        "create temp table new_lost as from raw.lost anti join lost_before "
        "using (source_table, file_seq, row_number)"
    )


def _columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the landed columns of a raw table, without the two that say where a row is from."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ? "
        "order by column_index offset 2",
        [table],
    ).fetchall()
    return [name for (name,) in rows]


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
    return _sql(
        "first_core" if is_first else "next_core",
        lines_select=_sql("lines"),
        order_days_select=_sql("order_days", lines=lines),
        customer_days_select=_sql("customer_days", days=days),
        returns=_sql("returns", lines=lines, days=days),
    )


def _balance() -> str:
    counts = (
        f"select file_seq, count(*) as accepted from core.{table} group by file_seq"
        for table in TABLES
    )
    return _sql("balance", accepted=" union all ".join(counts))


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
