"""A small warehouse whose every row carries the number of its night."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema
from orchestration.publishing import (
    PUBLISHED,
    SCHEMA_VERSION,
    Issue,
    NightInfo,
    current_issue,
    publish,
)
from orchestration.publishing.tables import SENTENCES

FIRST_NIGHT = date(2026, 3, 1)
ROWS = 40
STAMPS = {
    "published_at": "published",
    "is_stale": "false",
    "failed_as_of_date": "null::date",
    "failed_at": "null::timestamp",
    "schema_version": f"'{SCHEMA_VERSION}'",
}
"""What a good night's `run_info` says."""


FEW_TABLES = {
    "run_info",
    "customer_360",
    "dim_segments",
    "fct_customer_segments",
    "fct_segment_history",
}


@pytest.fixture(autouse=True)
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish five tables instead of all: the steps are the same and take a quarter of the time."""
    for table in set(PUBLISHED) - FEW_TABLES:
        monkeypatch.delitem(PUBLISHED, table)


def column_sql(table: str, column: str) -> str:
    """Return the value of one column of a fake row; `i` counts rows, `n` is the night's number."""
    if column in STAMPS and table == "run_info":
        return STAMPS[column]
    if column == "as_of_date":
        return "night"
    if column == "run_id":
        return "'run-' || n"
    if column == "revenue_date":
        return "night - i::integer"
    if column.endswith("_date") or column in {"valid_from", "valid_to", "first_seen", "last_seen"}:
        return "night - 7"
    if column.startswith("is_"):
        return "i % 2 = 0"
    if column in SENTENCES:
        return "'Row ' || i || ' as told on night ' || n"
    if column in PUBLISHED[table].grain:
        return f"'{column} ' || lpad(((i * 7) % {ROWS})::varchar, 3, '0')"
    return "n"


def night_sql(table: str, number: int) -> str:
    """Return the query whose rows are one night of a fake table."""
    columns = [f"{column_sql(table, c)} as {c}" for c in PUBLISHED[table].required_columns]
    rows = 1 if table == "run_info" else ROWS
    published = f"timestamp '2026-04-01' + interval ({number}) hour"
    return (
        f"select {', '.join(columns)}, n as night_number from (select i, {number} as n, "
        f"date '{FIRST_NIGHT}' + {number} as night, {published} as published "
        f"from range({rows}) rows(i))"
    )


class FakeWarehouse:
    """A warehouse file with `marts` and `segments`, rebuilt for each night as a night does it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def night(self, number: int) -> NightInfo:
        return NightInfo(FIRST_NIGHT + timedelta(days=number), f"run-{number}")

    def load(self, number: int) -> None:
        """Make the warehouse hold a night; earlier nights of `segments` stay."""
        with closing(duckdb.connect(str(self.path))) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute("create schema if not exists segments")
            create_ml_schema(connection)
            create_ops_schema(connection)
            connection.execute(
                "create table if not exists segments.unshown_customers (customer_id varchar)"
            )
            connection.execute(
                "create table if not exists segments.segment_changes "
                "(as_of_date date, customer_id varchar, scheme varchar)"
            )
            for table in PUBLISHED:
                sql = night_sql(table, number)
                if table == "run_info":
                    connection.execute(f"create or replace view marts.run_info as {sql}")
                    continue
                connection.execute(f"create or replace table marts.{table} as {sql}")
            connection.execute(
                "comment on table marts.customer_360 is 'One row per customer''s night'"
            )
            connection.execute("comment on column marts.customer_360.frequency is 'Counted orders'")
            connection.execute("comment on column marts.run_info.run_id is 'The run'")
            night = night_sql("fct_customer_segments", number)
            connection.execute(
                f"create table if not exists segments.customer_segments as {night} limit 0"
            )
            connection.execute(
                "delete from segments.customer_segments where as_of_date = ?",
                [self.night(number).as_of_date],
            )
            connection.execute(f"insert into segments.customer_segments {night}")

    def execute(self, sql: str) -> None:
        with closing(duckdb.connect(str(self.path))) as connection:
            connection.execute(sql)

    def publish(self, home: Home, number: int) -> Issue:
        """Load a night and publish it."""
        self.load(number)
        return self.publish_loaded(home, number)

    def publish_loaded(self, home: Home, number: int) -> Issue:
        """Publish the night that was loaded last."""
        with closing(duckdb.connect(str(self.path))) as connection:
            return publish(connection, home, self.night(number))


@pytest.fixture
def warehouse(tmp_path: Path) -> FakeWarehouse:
    return FakeWarehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def failed_at() -> datetime:
    return datetime(2026, 4, 20, 3, 0, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def published_at() -> datetime:
    return datetime(2026, 5, 1, 4, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def numbers_read() -> Callable[[Home], tuple[set[int], set[int]]]:
    """Give the function that reads every table and returns the nights' numbers found."""

    def read(home: Home) -> tuple[set[int], set[int]]:
        return numbers_in_serving(home), numbers_in_parquet(home)

    return read


def numbers_in_serving(home: Home) -> set[int]:
    with closing(duckdb.connect(str(home.serving / "strata.duckdb"), read_only=True)) as connection:
        return {
            row[0]
            for table in PUBLISHED
            for row in connection.execute(
                f"select distinct night_number from marts.{table}"
            ).fetchall()
        }


def numbers_in_parquet(home: Home) -> set[int]:
    issue = current_issue(home)
    assert issue is not None
    folder = home.serving / "parquet"
    night = f"as_of_date={issue.as_of_date}"
    found: set[int] = set()
    for file in issue.files:
        if file.table == "fct_customer_segments" and night not in file.path:
            continue
        rows = duckdb.execute(
            "select distinct night_number from read_parquet(?)", [str(folder / file.path)]
        ).fetchall()
        found |= {row[0] for row in rows}
    return found


@pytest.fixture
def published_home(home: Home, warehouse: FakeWarehouse) -> Home:
    """Publish two nights, 1 and 2."""
    warehouse.publish(home, 1)
    warehouse.publish(home, 2)
    return home
