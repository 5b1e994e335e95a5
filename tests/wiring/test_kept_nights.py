"""Which nights keep their full rows."""

from datetime import date, timedelta

import duckdb

from orchestration.kept_nights import drop_other_nights, nights_to_keep, write_kept_nights
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema

YEAR = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]


def test_the_latest_nights_and_the_last_of_every_month_are_kept() -> None:
    kept = nights_to_keep(YEAR, tonight=YEAR[-1], full_nights=60)
    month_ends = [night for night in YEAR if (night + timedelta(days=1)).day == 1]
    assert kept == {*YEAR[-60:], *month_ends}


def test_the_last_night_that_exists_stands_for_its_month() -> None:
    nights = [date(2025, 1, 3), date(2025, 1, 24), date(2025, 2, 7), date(2025, 2, 28)]
    kept = nights_to_keep(nights, tonight=nights[-1], full_nights=1)
    assert kept == {date(2025, 1, 24), date(2025, 2, 28)}


def test_the_night_that_runs_is_kept_however_old_it_is() -> None:
    kept = nights_to_keep(YEAR, tonight=date(2025, 3, 5), full_nights=60)
    assert date(2025, 3, 5) in kept
    assert date(2025, 3, 5) not in nights_to_keep(YEAR, tonight=YEAR[-1], full_nights=60)


def test_full_nights_are_counted_by_date_and_not_by_gaps() -> None:
    weekly = YEAR[::7]
    kept = nights_to_keep(weekly, tonight=weekly[-1], full_nights=4)
    assert sorted(kept)[-4:] == weekly[-4:]
    assert len(kept) == 4 + 11


def test_rows_of_other_nights_are_dropped_and_nights_count_that_were_thinned_before() -> None:
    nights = [date(2025, 5, 30), date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 2)]
    with duckdb.connect() as connection:
        create_ops_schema(connection)
        create_ml_schema(connection)
        connection.execute("create schema segments")
        connection.execute("create table segments.segment_nights (as_of_date date)")
        connection.executemany(
            "insert into segments.segment_nights values (?)", [(night,) for night in nights]
        )
        for night in nights[1:]:
            connection.execute(
                "insert into ml.behaviour_scores by name select ?::date as as_of_date, "
                "'run' as run_id, 'c' as customer_id, 'm' as model_id, 'b' as segment_id, "
                "0.0 as score, false as is_borderline",
                [night],
            )
        write_kept_nights(connection, date(2025, 6, 3), 1)
        drop_other_nights(connection, "ml.behaviour_scores")
        left = connection.execute("select as_of_date from ml.behaviour_scores").fetchall()
    assert left == [(date(2025, 5, 31),)]


def test_a_night_that_came_to_no_end_takes_no_place_of_the_months_last_one() -> None:
    nights = [date(2025, 5, 30), date(2025, 5, 31), date(2025, 6, 1)]
    with duckdb.connect() as connection:
        create_ops_schema(connection)
        connection.execute("create schema segments")
        connection.execute("create table segments.segment_nights (as_of_date date)")
        connection.executemany(
            "insert into segments.segment_nights values (?)", [(night,) for night in nights]
        )
        connection.execute("insert into ops.unfinished_nights values (?)", [nights[1]])
        write_kept_nights(connection, date(2025, 6, 3), 1)
        kept = connection.execute("select as_of_date from ops.kept_nights order by 1").fetchall()
    assert kept == [(date(2025, 5, 30),), (date(2025, 6, 3),)]


def test_before_any_night_ran_the_first_one_is_kept() -> None:
    with duckdb.connect() as connection:
        create_ops_schema(connection)
        write_kept_nights(connection, date(2025, 6, 3), 60)
        kept = connection.execute("select as_of_date from ops.kept_nights").fetchall()
    assert kept == [(date(2025, 6, 3),)]
