"""Segments that emptied or jumped since the night before, on hand-made nights."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from orchestration.alert_settings import SegmentSizeSettings
from orchestration.segment_sizes import size_changes

BEFORE, NIGHT = date(2024, 5, 1), date(2024, 5, 2)


@pytest.fixture
def nights() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema segments")
        connection.execute("create schema marts")
        connection.execute(
            "create table segments.segment_nights (as_of_date date, scheme varchar, "
            "scheme_version varchar, segment_id varchar, customers bigint)"
        )
        connection.execute(
            "create table marts.dim_segments (scheme varchar, segment_id varchar, "
            "segment_name varchar, status varchar)"
        )
        yield connection


def put(
    connection: duckdb.DuckDBPyConnection,
    night: date,
    sizes: dict[str, int],
    version: str = "v1",
) -> None:
    connection.executemany(
        "insert into segments.segment_nights values (?, split_part(?, '.', 1), ?, ?, ?)",
        [(night, segment, version, segment, customers) for segment, customers in sizes.items()],
    )


def changed(
    connection: duckdb.DuckDBPyConnection, settings: SegmentSizeSettings | None = None
) -> list[tuple[str, int, int]]:
    found = size_changes(connection, NIGHT, settings or SegmentSizeSettings())
    return [(each.segment_id, each.previous_customers, each.customers) for each in found]


def test_emptied_and_jumped_segments_are_found_and_small_or_slow_ones_are_not(
    nights: duckdb.DuckDBPyConnection,
) -> None:
    put(nights, BEFORE, {"a.gone": 30, "a.few": 29, "a.half": 100, "a.up": 100, "a.same": 900})
    put(nights, NIGHT, {"a.half": 50, "a.up": 151, "a.same": 950, "a.new": 30, "a.newer": 29})

    assert changed(nights) == [("a.gone", 30, 0), ("a.new", 0, 30), ("a.up", 100, 151)]
    mild = SegmentSizeSettings(jump_share=2.0, min_customers=1)
    assert changed(nights, mild) == [
        ("a.few", 29, 0),
        ("a.gone", 30, 0),
        ("a.new", 0, 30),
        ("a.newer", 0, 29),
    ]


def test_only_the_latest_night_before_counts_and_none_of_long_ago(
    nights: duckdb.DuckDBPyConnection,
) -> None:
    put(nights, date(2024, 4, 20), {"a.x": 500})
    put(nights, NIGHT, {"a.x": 100})
    assert changed(nights) == []

    put(nights, date(2024, 4, 28), {"a.x": 100})
    put(nights, date(2024, 5, 9), {"a.x": 500})
    assert changed(nights) == []


def test_a_scheme_whose_own_rules_changed_is_no_news(nights: duckdb.DuckDBPyConnection) -> None:
    put(nights, BEFORE, {"a.x": 100, "b.x": 100})
    put(nights, NIGHT, {"a.x": 1000}, version="v2")
    put(nights, NIGHT, {"b.x": 1000})

    assert changed(nights) == [("b.x", 100, 1000)]


def test_a_scheme_that_is_not_available_any_more_is_emptied_and_one_taken_away_is_not(
    nights: duckdb.DuckDBPyConnection,
) -> None:
    put(nights, BEFORE, {"a.x": 100, "own.x": 100})
    nights.execute("insert into marts.dim_segments values ('a', 'a.not', 'A', 'not_available')")
    nights.execute("insert into marts.dim_segments values ('a', 'a.x', 'The X', 'retired')")

    [found] = size_changes(nights, NIGHT, SegmentSizeSettings())

    assert (found.segment_name, found.is_emptied) == ("The X", True)
    assert found.previous_night == "2024-05-01"
