"""The copy in Postgres: the same tables, whole nights for every reader, grants and views kept."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg2
import pytest

from orchestration.database_settings import PostgresPublish
from orchestration.home import Home
from orchestration.publishing import (
    PUBLISHED,
    Issue,
    current_issue,
    publish_back_dated,
    reissue_stale,
    restore,
)
from orchestration.publishing.postgres import (
    PostgresError,
    publish_to_postgres,
    replace,
)
from tests.database_servers import PostgresServer

pytestmark = pytest.mark.server

HERE = Path(__file__).parent
TARGET = PostgresPublish(url_env="STRATA_TEST_POSTGRES")


@pytest.fixture
def server(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """Return a server without `marts`, whose owner publishes."""
    monkeypatch.setenv("STRATA_TEST_POSTGRES", postgres.url)
    yield postgres
    postgres.execute("drop schema if exists marts, bi cascade; drop role if exists analyst")


@pytest.fixture
def copied(home: Home, warehouse, server: PostgresServer) -> Callable[[int], Issue]:
    """Give the function that publishes a night, to files and to the server."""
    assert server.url

    def publish(number: int) -> Issue:
        issue: Issue = warehouse.publish(home, number)
        publish_to_postgres(home, issue, TARGET)
        return issue

    return publish


def nights_in(server: PostgresServer) -> set[int]:
    """Return the numbers of the nights that the tables' rows carry."""
    return {
        row[0]
        for table in PUBLISHED
        for row in server.execute(f"select distinct night_number from marts.{table}")
    }


def test_rows_types_and_words_are_those_of_the_serving_file(
    home: Home, copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    issue = copied(1)
    types = {"DATE": "date", "VARCHAR": "character varying", "BOOLEAN": "boolean"}
    types |= {"INTEGER": "integer", "BIGINT": "bigint", "TIMESTAMP": "timestamp with time zone"}

    with closing(duckdb.connect(str(home.serving / issue.serving_file), read_only=True)) as file:
        for table in PUBLISHED:
            columns = file.execute(
                "select column_name, data_type from duckdb_columns() where table_name = ? "
                "order by column_index",
                [table],
            ).fetchall()
            there = server.execute(
                "select column_name, data_type from information_schema.columns "
                f"where table_schema = 'marts' and table_name = '{table}' order by ordinal_position"
            )
            assert there == [(column, types[kind]) for column, kind in columns]
            names = ", ".join(column for column, _ in columns)
            served = file.execute(f"select {names} from marts.{table}").fetchall()
            rows = server.execute(f"set timezone = 'UTC'; select {names} from marts.{table}")
            naive = [
                tuple(v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row)
                for row in rows
            ]
            assert sorted(naive, key=str) == sorted(served, key=str), table
    assert server.execute("select obj_description('marts.customer_360'::regclass)") == [
        ("One row per customer's night",)
    ]
    assert server.execute(
        "select col_description(attrelid, attnum) from pg_attribute "
        "where attrelid = 'marts.customer_360'::regclass and attname = 'frequency'"
    ) == [("Counted orders",)]


def test_an_empty_text_and_none_are_told_apart_and_texts_come_through_whole(
    home: Home, warehouse, server: PostgresServer
) -> None:
    awkward = ["", 'a "quoted", text', "two\nlines", "客户\\N", "\\.", "'"]
    warehouse.load(1)
    values = ", ".join("(" + "'" + text.replace("'", "''") + "')" for text in awkward)
    warehouse.execute(
        "create table marts.awkward as select *, 1.50::decimal(18,2) as money, "
        f"0.1::double as share from (values {values}, (null)) as t(text)"
    )
    publish_to_postgres(home, warehouse.publish_loaded(home, 1), TARGET)

    rows = server.execute("select text, money::text, share from marts.awkward")

    assert {row[0] for row in rows} == {*awkward, None}
    assert {row[1:] for row in rows} == {("1.50", 0.1)}
    assert server.execute(
        "select format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = 'marts.awkward'::regclass and attname = 'money'"
    ) == [("numeric(18,2)",)]


def test_grants_views_and_indexes_survive(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    copied(1)
    server.execute(
        """
        create role analyst login;
        grant usage on schema marts to analyst;
        grant select on all tables in schema marts to analyst;
        create schema bi;
        grant usage on schema bi to analyst;
        create view bi.customers as select customer_id, night_number from marts.customer_360;
        create view bi.counts as select count(*) as rows, max(night_number) as night
        from bi.customers;
        grant select on bi.counts to analyst;
        create unique index one_row_a_customer on marts.customer_360 (customer_id)
        """
    )
    for number in (2, 3):
        copied(number)
        assert server.execute("select * from bi.counts", user="analyst") == [(40, number)]
        for table in PUBLISHED:
            assert server.execute(f"select count(*) from marts.{table}", user="analyst")[0][0]
    assert server.execute(
        "select indisvalid from pg_index where indexrelid = 'marts.one_row_a_customer'::regclass"
    ) == [(True,)]


def test_readers_in_a_loop_always_see_one_whole_night(
    home: Home, warehouse, server: PostgresServer, copied, failed_at: datetime, tmp_path: Path
) -> None:
    copied(1)
    stop = tmp_path / "stop"
    command = [sys.executable, str(HERE / "read_postgres_in_a_loop.py"), server.url, str(stop)]
    readers = [
        subprocess.Popen([*command, pause], stdout=subprocess.PIPE, text=True)
        for pause in ("0", "0", "0.05")
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
    try:
        for number in range(2, 10):
            copied(number)
        stale = reissue_stale(home, warehouse.night(10).as_of_date, failed_at)
        assert stale is not None
        publish_to_postgres(home, stale, TARGET)
        publish_to_postgres(home, restore(home, "run-8"), TARGET)
        copied(10)
    finally:
        stop.touch()
        results = []
        for reader in readers:
            with reader:
                assert reader.stdout is not None
                results.append(json.loads(reader.stdout.read()))
    for result in results:
        assert result["errors"] == [], result
        assert result["mixed"] == [], result
        assert (result["nights"][0], result["nights"][-1]) == (1, 10), result
        assert len(result["nights"]) > 3, result


def test_a_transaction_of_before_the_publish_reads_its_own_night_to_the_end(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    """A truncated, swapped or detached table would be empty or of another night here."""
    copied(1)
    with closing(psycopg2.connect(server.url)) as reader:
        reader.set_session(isolation_level="REPEATABLE READ")
        with reader.cursor() as cursor:
            cursor.execute("select run_id from marts.run_info")
            copied(2)
            copied(3)
            for table in PUBLISHED:
                cursor.execute(f"select distinct night_number from marts.{table}")
                assert cursor.fetchall() == [(1,)], table
    assert nights_in(server) == {3}


def test_a_stale_reissue_writes_run_info_alone(
    home: Home, warehouse, copied, server: PostgresServer, failed_at: datetime
) -> None:
    copied(1)
    stale = reissue_stale(home, warehouse.night(2).as_of_date, failed_at)
    assert stale is not None

    done = publish_to_postgres(home, stale, TARGET)

    assert done.written == {"run_info": 1}
    assert server.execute("select run_id, is_stale, failed_as_of_date from marts.run_info") == [
        ("run-1", True, warehouse.night(2).as_of_date)
    ]


def test_a_restored_night_is_put_back_in_postgres_too(
    home: Home, copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    copied(1)
    copied(2)

    publish_to_postgres(home, restore(home, "run-1"), TARGET)

    assert nights_in(server) == {1}


def test_a_back_dated_night_brings_its_history_and_moves_nothing_else(
    home: Home, warehouse, copied, server: PostgresServer, published_at: datetime
) -> None:
    copied(5)
    warehouse.load(3)
    with closing(duckdb.connect(str(warehouse.path))) as open_warehouse:
        issue = publish_back_dated(open_warehouse, home, published_at=published_at)

    done = publish_to_postgres(home, issue, TARGET)

    assert set(done.written) == {"run_info", "fct_segment_history"}
    of_table = {
        table: server.execute(f"select distinct night_number from marts.{table}")
        for table in PUBLISHED
    }
    assert of_table.pop("fct_segment_history") == [(3,)]
    assert set(map(tuple, of_table.values())) == {((5,),)}


def test_a_table_that_somebody_emptied_is_filled_again(
    home: Home, copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    issue = copied(1)
    server.execute("delete from marts.customer_360")

    assert publish_to_postgres(home, issue, TARGET).written == {"customer_360": 40}


def test_a_failure_half_way_leaves_the_night_before_whole(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    copied(1)
    server.execute("alter table marts.run_info add constraint no_second check (night_number < 2)")

    with pytest.raises(PostgresError, match="CheckViolation") as caught:
        copied(2)

    assert "run-2" not in str(caught.value)
    assert nights_in(server) == {1}
    server.execute("alter table marts.run_info drop constraint no_second")
    copied(3)
    assert nights_in(server) == {3}


def test_a_server_that_was_down_takes_the_night_that_is_published_when_it_is_back(
    home: Home, warehouse, copied, server: PostgresServer
) -> None:
    copied(1)
    server.stop()
    try:
        issue = warehouse.publish(home, 2)
        with pytest.raises(PostgresError, match="cannot be reached"):
            publish_to_postgres(home, issue, TARGET)
    finally:
        server.start()
    assert nights_in(server) == {1}

    publish_to_postgres(home, warehouse.publish(home, 3), TARGET)

    assert nights_in(server) == {3}


def test_a_new_column_is_added_and_views_stay(
    home: Home, warehouse, copied, server: PostgresServer
) -> None:
    copied(1)
    server.execute("create view public.customers as select * from marts.customer_360")
    warehouse.load(2)
    warehouse.execute("alter table marts.customer_360 add column points bigint default 7")
    warehouse.execute("comment on column marts.customer_360.points is 'Loyalty points'")
    first = current_issue(home)
    try:
        publish_to_postgres(home, warehouse.publish_loaded(home, 2), TARGET)

        assert server.execute("select distinct points from marts.customer_360") == [(7,)]
        assert server.execute("select distinct night_number from public.customers") == [(2,)]
        assert first is not None
        publish_to_postgres(home, restore(home, first.run_id), TARGET)
        assert server.execute("select distinct points from marts.customer_360") == [(None,)]
    finally:
        server.execute("drop view public.customers")


def test_a_column_of_another_type_is_named_and_nothing_changes(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    copied(1)
    server.execute("alter table marts.customer_360 alter column night_number type bigint")

    with pytest.raises(PostgresError, match="alter column night_number type integer"):
        copied(2)

    assert nights_in(server) == {1}


def test_a_table_of_other_people_is_left_alone(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    server.execute("create schema marts; create table marts.customer_360 (mine text)")

    with pytest.raises(PostgresError, match=r"customer_360.*did not make"):
        copied(1)

    assert server.execute("select count(*) from pg_class where relname = 'run_info'") == [(0,)]


def test_two_publishes_do_not_meet(copied: Callable[[int], Issue], server: PostgresServer) -> None:
    copied(1)
    with closing(psycopg2.connect(server.url)) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext('strata'), hashtext('marts'))")
        with pytest.raises(PostgresError, match="Another publish"):
            copied(2)
    assert nights_in(server) == {1}


def test_a_lock_that_somebody_keeps_is_waited_for_and_then_told(
    copied: Callable[[int], Issue], server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(1)
    monkeypatch.setattr(replace, "LOCK_TIMEOUT_SECONDS", 1)
    with closing(psycopg2.connect(server.url)) as other, other.cursor() as cursor:
        cursor.execute("lock table marts.customer_360 in share mode")
        with pytest.raises(PostgresError, match="kept a table locked"):
            copied(2)
        other.rollback()
    assert nights_in(server) == {1}


def test_a_reader_in_a_long_transaction_delays_a_new_column_and_nobody_else(
    home: Home, warehouse, copied, server: PostgresServer
) -> None:
    copied(1)
    warehouse.load(2)
    warehouse.execute("alter table marts.customer_360 add column points bigint default 7")
    issue = warehouse.publish_loaded(home, 2)
    with closing(psycopg2.connect(server.url)) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from marts.customer_360")
        threading.Timer(2.5, reader.rollback).start()
        publish_to_postgres(home, issue, TARGET)
    assert nights_in(server) == {2}


def test_a_user_without_rights_is_told_which_it_needs(
    home: Home, warehouse, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.execute("create role analyst login")
    monkeypatch.setenv("STRATA_TEST_POSTGRES", server.url_of("analyst"))

    with pytest.raises(PostgresError, match="needs `create`"):
        publish_to_postgres(home, warehouse.publish(home, 1), TARGET)


def test_room_of_replaced_rows_is_used_again(
    copied: Callable[[int], Issue], server: PostgresServer
) -> None:
    """Two nights' room at most, however many nights have passed."""
    sizes = []
    for number in range(1, 9):
        copied(number)
        sizes.append(server.execute("select pg_table_size('marts.fct_customer_segments')")[0][0])
    assert max(sizes[4:]) <= max(sizes[:4])
