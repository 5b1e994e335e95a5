"""What a publish leaves on disk, and what it refuses."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import (
    PUBLISHED,
    NightMovesBackError,
    current_issue,
    parquet,
    publish,
    publish_back_dated,
)
from tests.publish.conftest import ROWS


def query(home: Home, sql: str) -> list[tuple]:
    with closing(duckdb.connect(str(home.serving / "strata.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def nights_of(home: Home) -> dict[str, str]:
    """Return the Parquet path of each kept night."""
    issue = current_issue(home)
    paths = [file.path for file in issue.files if file.table == "fct_customer_segments"]
    return {path.split("as_of_date=")[1].split("/")[0]: path for path in paths}


def test_the_symlink_is_relative_so_the_home_can_be_moved(home: Home, warehouse) -> None:
    issue = warehouse.publish(home, 1)
    assert (home.serving / "strata.duckdb").readlink() == Path(issue.serving_file)


def test_nothing_is_left_outside_the_files(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    left = [p.name for p in home.serving.rglob("*") if p.name.startswith(".") or "wal" in p.name]
    assert left == []


def test_the_manifest_names_every_file_with_its_rows_and_hash(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    folder = home.serving / "parquet"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["run_id"], manifest["as_of_date"]) == ("run-1", "2026-03-02")
    assert {file["table"] for file in manifest["files"]} == set(PUBLISHED)
    for file in manifest["files"]:
        path = folder / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        rows = duckdb.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
        assert rows == (file["rows"],)


def test_the_manifest_and_run_info_name_the_same_run(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    manifest = json.loads((home.serving / "parquet" / "manifest.json").read_text())
    assert query(home, "select run_id from marts.run_info") == [(manifest["run_id"],)]


def test_rows_stand_in_the_order_of_their_grain(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    found = [row[0] for row in query(home, "select customer_id from marts.customer_360")]
    assert found == sorted(found)


def test_descriptions_travel_with_tables_and_columns(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    tables = query(
        home, "select table_name, comment from duckdb_tables() where comment is not null"
    )
    columns = query(
        home,
        "select table_name, column_name, comment from duckdb_columns() "
        "where comment is not null and schema_name = 'marts' order by all",
    )
    assert tables == [("customer_360", "One row per customer's night")]
    assert columns == [
        ("customer_360", "frequency", "Counted orders"),
        ("run_info", "run_id", "The run"),
    ]


def test_the_file_is_in_the_storage_version_that_old_readers_know(home: Home, warehouse) -> None:
    warehouse.publish(home, 1)
    tags = query(home, "select tags['storage_version'] from duckdb_databases() where not internal")
    assert "v1.2" in tags[0][0]


def test_of_texts_ids_sentences_and_names_have_a_compression_each(home: Home, warehouse) -> None:
    """A scheme's name in the compression of ids would be unpacked for every row."""
    warehouse.publish(home, 1)
    found = query(
        home,
        "select column_name, compression from pragma_storage_info('marts.fct_customer_segments') "
        "where segment_type = 'VARCHAR' and column_name in ('customer_id', 'scheme', 'reason_1')",
    )
    assert dict(found) == {"customer_id": "FSST", "scheme": "Dictionary", "reason_1": "ZSTD"}


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_column_that_follows_the_scheme_is_reckoned_and_reads_the_same(
    home: Home, warehouse, *, is_followed: bool
) -> None:
    """Twenty million copies of a version tell nothing; one of two has to be stored."""
    warehouse.load(1)
    if not is_followed:
        warehouse.execute(
            "update marts.fct_customer_segments set scheme_version = 7, "
            "scheme = (select min(scheme) from marts.fct_customer_segments) "
            "where scheme = (select max(scheme) from marts.fct_customer_segments)"
        )
    warehouse.publish_loaded(home, 1)

    rows = "select customer_id, scheme, run_id, scheme_version from marts.fct_customer_segments "
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        expected = connection.execute(rows + "order by all").fetchall()
    assert query(home, rows + "order by all") == expected
    stored = query(
        home,
        "select distinct column_name from pragma_storage_info('marts.fct_customer_segments') "
        "where column_name in ('run_id', 'scheme_version', 'scheme') order by all",
    )
    followed = [("run_id",), ("scheme_version",)]
    assert stored == sorted([("scheme",)] if is_followed else [("scheme",), *followed])


def test_in_parquet_a_column_of_too_many_values_is_written_without_a_dictionary(
    home: Home, warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "DICTIONARY_VALUES", ROWS - 1)
    warehouse.publish(home, 1)
    path = home.serving / "parquet" / nights_of(home)["2026-03-02"]
    found = duckdb.execute(
        "select path_in_schema, encodings, compression from parquet_metadata(?) "
        "where path_in_schema in ('customer_id', 'segment_name')",
        [str(path)],
    ).fetchall()
    assert found == [
        ("customer_id", "PLAIN", "SNAPPY"),
        ("segment_name", "PLAIN_DICTIONARY", "SNAPPY"),
    ]


def test_a_table_is_counted_as_it_is_copied_not_read_a_second_time(home: Home, warehouse) -> None:
    """A view of all stays is dear to count; this one would have other rows the second time."""
    warehouse.load(1)
    warehouse.execute(
        "alter table marts.fct_segment_history rename to stays; "
        "create view marts.fct_segment_history as select * from marts.stays where random() < 0.5"
    )
    issue = warehouse.publish_loaded(home, 1)
    assert 0 < issue.tables["fct_segment_history"] < ROWS


def test_every_kept_night_has_its_own_folder(published_home: Home) -> None:
    assert list(nights_of(published_home)) == ["2026-03-02", "2026-03-03"]


def test_a_night_that_did_not_change_keeps_its_file(published_home: Home, warehouse) -> None:
    before = nights_of(published_home)
    warehouse.publish(published_home, 3)
    after = nights_of(published_home)
    assert {night: after[night] for night in before} == before


def test_a_recomputed_night_gets_a_new_file_beside_the_old_one(
    published_home: Home, warehouse
) -> None:
    folder = published_home.serving / "parquet"
    before = nights_of(published_home)
    content = {path: (folder / path).read_bytes() for path in before.values()}
    warehouse.execute(
        "update segments.customer_segments set run_id = 'run-9', segment_name = 99 "
        "where as_of_date = '2026-03-02'"
    )
    warehouse.publish(published_home, 3)
    after = nights_of(published_home)
    assert after["2026-03-02"] != before["2026-03-02"]
    assert after["2026-03-03"] == before["2026-03-03"]
    assert {path: (folder / path).read_bytes() for path in content} == content


def test_the_order_of_rows_in_the_warehouse_makes_no_new_file(
    published_home: Home, warehouse
) -> None:
    before = nights_of(published_home)
    warehouse.execute(
        "create or replace table segments.customer_segments as "
        "select * from segments.customer_segments order by customer_id desc"
    )
    warehouse.publish(published_home, 3)
    assert before.items() <= nights_of(published_home).items()


def test_the_published_night_keeps_its_file_when_a_back_dated_run_finds_it_thinned(
    published_home: Home, warehouse, published_at: datetime
) -> None:
    before = nights_of(published_home)
    warehouse.load(0)
    warehouse.execute("delete from segments.customer_segments where as_of_date = '2026-03-03'")
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        publish_back_dated(connection, published_home, published_at=published_at)
    assert nights_of(published_home)["2026-03-03"] == before["2026-03-03"]


def test_a_night_with_a_file_is_not_read_again(published_home: Home, warehouse) -> None:
    """Its rows would be the same; here they are spoilt by hand, which no run does."""
    before = nights_of(published_home)
    warehouse.execute(
        "update segments.customer_segments set segment_name = 99 where as_of_date = '2026-03-02'"
    )
    warehouse.publish(published_home, 3)
    assert nights_of(published_home)["2026-03-02"] == before["2026-03-02"]


def test_a_night_that_is_no_longer_kept_leaves_the_manifest(
    published_home: Home, warehouse
) -> None:
    warehouse.execute("delete from segments.customer_segments where as_of_date = '2026-03-02'")
    warehouse.publish(published_home, 3)
    assert list(nights_of(published_home)) == ["2026-03-03", "2026-03-04"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("drop table marts.fct_segment_history", "table fct_segment_history is missing"),
        ("alter table marts.customer_360 drop column p_alive", "table customer_360 lacks p_alive"),
        ("drop view marts.run_info; create table marts.run_info (run_id text)", "run_info lacks"),
        ("delete from marts.fct_customer_segments where customer_id like '%1'", "not one night"),
        (
            "alter table segments.customer_segments drop column reason_3",
            "segments.customer_segments lacks reason_3",
        ),
    ],
)
def test_what_is_no_whole_night_is_not_published(
    published_home: Home, warehouse, numbers_read: Callable, damage: str, words: str
) -> None:
    warehouse.load(3)
    warehouse.execute(damage)
    with (
        closing(duckdb.connect(str(warehouse.path))) as connection,
        pytest.raises(StrataError, match=words),
    ):
        publish(connection, published_home, warehouse.night(3))
    assert numbers_read(published_home) == ({2}, {2})


def test_a_run_info_of_another_run_is_not_published(
    published_home: Home, warehouse, numbers_read: Callable
) -> None:
    warehouse.load(3)
    with (
        closing(duckdb.connect(str(warehouse.path))) as connection,
        pytest.raises(StrataError, match="run_info holds"),
    ):
        publish(connection, published_home, warehouse.night(4))
    assert numbers_read(published_home) == ({2}, {2})


def test_a_failed_publish_leaves_the_warehouse_usable(published_home: Home, warehouse) -> None:
    warehouse.load(3)
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        connection.execute("alter table marts.customer_360 drop column p_alive")
        with pytest.raises(StrataError):
            publish(connection, published_home, warehouse.night(3))
        attached = connection.execute(
            "select count(*) from duckdb_databases() where not internal"
        ).fetchone()
        assert attached == (1,)


def test_an_older_night_does_not_replace_a_later_one(
    published_home: Home, warehouse, numbers_read: Callable
) -> None:
    with pytest.raises(NightMovesBackError, match="2026-03-02 is before the published night"):
        warehouse.publish(published_home, 1)
    assert numbers_read(published_home) == ({2}, {2})


def test_the_same_night_can_be_published_again(published_home: Home, warehouse) -> None:
    assert warehouse.publish(published_home, 2).as_of_date == warehouse.night(2).as_of_date


def test_a_back_dated_run_changes_tables_of_all_nights_alone(
    published_home: Home, warehouse, published_at: datetime
) -> None:
    before = nights_of(published_home)
    warehouse.load(0)
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        issue = publish_back_dated(connection, published_home, published_at=published_at)
    assert (issue.run_id, issue.as_of_date) == ("run-2", warehouse.night(2).as_of_date)
    for table, published in PUBLISHED.items():
        nights = {
            row[0] for row in query(published_home, f"select night_number from marts.{table}")
        }
        assert nights == ({2} if published.is_latest else {0}), table
    assert query(published_home, "select run_id, published_at from marts.run_info") == [
        ("run-2", published_at)
    ]
    assert before.items() <= nights_of(published_home).items()
    assert "2026-03-01" in nights_of(published_home)


def test_a_customer_told_anew_by_a_back_dated_run_stands_there_in_all_that_is_published(
    published_home: Home, warehouse, published_at: datetime
) -> None:
    night = warehouse.night(2).as_of_date
    warehouse.load(0)
    [(customer,)] = query(
        published_home,
        "select min(customer_id) from marts.customer_360 "
        "semi join marts.fct_customer_segments using (customer_id)",
    )
    warehouse.execute(
        "update segments.customer_segments set scheme = 'behaviour', segment_id = 99, "
        f"run_id = 'run-0' where as_of_date = '{night}' and customer_id = '{customer}'"
    )
    warehouse.execute(f"insert into ml.rechained_nights values ('{night}', 'run-0')")
    with closing(duckdb.connect(str(published_home.serving / "strata.duckdb"))) as connection:
        connection.execute(
            "update marts.fct_customer_segments set scheme = 'behaviour' "
            f"where customer_id = '{customer}'"
        )
        before = connection.execute("select count(*) from marts.fct_customer_segments").fetchone()
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        issue = publish_back_dated(connection, published_home, published_at=published_at)
    told_anew = "select customer_id, run_id from {} where segment_id = 99"
    files = [file.path for file in issue.files if f"as_of_date={night}" in file.path]
    parquet = published_home.serving / "parquet"
    assert query(published_home, told_anew.format("marts.fct_customer_segments")) == [
        (customer, "run-0")
    ]
    assert query(
        published_home,
        "select customer_id from marts.customer_360 where behaviour_segment = 99",
    ) == [(customer,)]
    assert [
        duckdb.execute(told_anew.format(f"read_parquet('{parquet / path}')")).fetchall()
        for path in files
    ] == [[(customer, "run-0")]]
    assert query(published_home, "select count(*) from marts.fct_customer_segments") == [before]


def test_a_back_dated_run_keeps_segments_that_only_it_knows(
    published_home: Home, warehouse, published_at: datetime
) -> None:
    warehouse.load(0)
    warehouse.execute(
        "update marts.dim_segments set segment_id = 'new' where scheme = 'scheme 007'"
    )
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        publish_back_dated(connection, published_home, published_at=published_at)
    found = query(
        published_home,
        "select segment_id, night_number from marts.dim_segments where scheme = 'scheme 007' "
        "order by all",
    )
    assert found == [("new", 0), ("segment_id 007", 2)]
