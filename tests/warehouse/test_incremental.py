"""Core that takes in one file a night, against core that is built from all files at once."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from orchestration.settings import Settings
from orchestration.warehouse import connect

START = datetime.fromisoformat("2026-03-01T09:00")
Row = dict[str, Any]


def tables(warehouse) -> list[str]:
    """Return every table that is kept from night to night, by its full name."""
    return [
        name
        for (name,) in warehouse.rows(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('staging', 'core', 'features') order by 1"
        )
    ]


def contents(warehouse, table: str) -> Counter[tuple[Any, ...]]:
    return Counter(warehouse.rows(f"select * from {table}"))


def assert_same(found, expected) -> None:
    assert tables(found) == tables(expected) != []
    for table in tables(expected):
        here, there = contents(found, table), contents(expected, table)
        assert here == there, (table, list((here - there).items())[:3], list(there - here)[:3])


def line(rng: random.Random, night: int) -> Row:
    """Draw a keyed line; few orders and customers, so that lines of several nights meet."""
    kind = rng.choice(["sale"] * 6 + ["return"] * 2 + ["cancellation", "fee"])
    customer = rng.choice([None, *(f"c{n}" for n in range(12))])
    # Most lines are of the night's own day, some of an earlier one.
    day = rng.choice([night, night, night, rng.randint(0, night)])
    sign = -1 if kind in ("return", "cancellation") else 1
    return {
        "order_id": f"o{rng.choice([day, rng.randint(0, 9)])}-{rng.randint(1, 6)}",
        "line_id": f"l{rng.randint(1, 3)}",
        "customer_id": customer,
        "ordered_at": START + timedelta(days=day, hours=rng.choice([0, 0, 2])),
        "product_id": rng.choice(["a", "a", "b", "c", None]),
        "quantity": rng.choice([None, 0, 1, 2, 3]),
        "amount": sign * rng.choice([0, 1, 2, 5, 10]),
        "cost_amount": rng.choice([None, None, 1]),
        "discount_amount": rng.choice([None, 1]),
        "transaction_type": kind,
        "original_order_id": rng.choice([None, f"o{rng.randint(0, 9)}-{rng.randint(1, 6)}"]),
    }


def keyless(rows: list[Row], night: int) -> list[Row]:
    """Return lines without a key, of orders of their own; each file repeats some of the last."""
    return [
        {**row, "line_id": None, "order_id": f"k{night // 2}-{row['order_id']}"} for row in rows
    ]


def nights(seed: int) -> list[list[tuple[str, list[Row]]]]:
    """Draw the files of six nights: new, late, moved, repeated and superseding rows."""
    rng = random.Random(seed)  # noqa: S311
    landed: list[list[tuple[str, list[Row]]]] = []
    loose: list[Row] = []
    for night in range(6):
        lines = [line(rng, night) for _ in range(40)]
        lines = list({(row["order_id"], row["line_id"]): row for row in lines}.values())
        loose = [*rng.sample(loose, len(loose) // 2), *(line(rng, night) for _ in range(5))]
        files = [("transactions", lines), ("transactions", keyless(loose, night))]
        at = START + timedelta(days=night)
        if night % 3 != 2:
            files.append(
                ("products", [{"product_id": p, "unit_cost": rng.choice([1, 2])} for p in "ab"])
            )
        events = [
            {
                "event_id": rng.choice([None, f"e{rng.randint(1, 9)}"]),
                "customer_id": f"c{rng.randint(0, 14)}",
                "event_type": rng.choice(["session", "search"]),
                "occurred_at": START + timedelta(days=rng.randint(0, night)),
            }
            for _ in range(6)
        ]
        files.append(("engagement_events", events))
        files.append(
            (
                "customers",
                [
                    {
                        "customer_id": f"c{rng.randint(0, 14)}",
                        "updated_at": rng.choice([None, at]),
                        "city": rng.choice("xy"),
                        "created_at": rng.choice([None, START]),
                    }
                ],
            )
        )
        files.append(
            (
                "holdings",
                [
                    {
                        "customer_id": f"c{rng.randint(0, 3)}",
                        "product_id": "a",
                        "held_on": date(2026, 3, rng.randint(1, 3)),
                        "balance": rng.randint(1, 3),
                    }
                ],
            )
        )
        landed.append(files)
    return landed


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_core_after_many_nights_is_what_all_files_at_once_make(make_warehouse, seed):
    nightly, at_once = make_warehouse(), make_warehouse()
    for number, files in enumerate(nights(seed)):
        for table, rows in files:
            nightly.land(table, rows)
            at_once.land(table, rows)
        nightly.take_in()
        if number:
            assert nightly.rows("select count(*) from work.touched_rows") != [(0,)]
    at_once.take_in()

    assert at_once.rows("select count(*) from work.touched_rows") == [(0,)]
    assert_same(nightly, at_once)


def test_a_line_that_changes_customer_and_day_leaves_its_old_day(warehouse):
    sold = {
        "order_id": "o1",
        "line_id": "1",
        "customer_id": "old",
        "ordered_at": START,
        "amount": 10,
        "quantity": 1,
        "transaction_type": "sale",
    }
    warehouse.land("transactions", [sold, {**sold, "line_id": "2", "amount": 4}])
    warehouse.take_in()
    moved = {**sold, "customer_id": "new", "ordered_at": START + timedelta(days=300)}
    warehouse.land("transactions", [moved])
    warehouse.take_in()

    days = "select customer_id, day, revenue, orders_opened from core.customer_days order by 1"
    assert warehouse.rows(days) == [
        ("new", date(2026, 12, 26), 10, 1),
        ("old", date(2026, 3, 1), 4, 1),
    ]
    assert warehouse.rows("select day, customers from core.daily_revenue order by 1") == [
        (date(2026, 3, 1), 1),
        (date(2026, 12, 26), 1),
    ]


@pytest.mark.long
def test_a_night_that_broke_off_is_made_good_by_the_next(make_warehouse):
    broken, at_once = make_warehouse(), make_warehouse()
    for number, files in enumerate(nights(seed=2)[:3]):
        for table, rows in files:
            broken.land(table, rows)
            at_once.land(table, rows)
        if number == 1:
            broken.break_off("+transactions")
        elif number == 2:
            broken.break_off("+touched_orders")
        if number != 1:
            broken.take_in()
    at_once.take_in()

    assert_same(broken, at_once)


def test_a_day_is_told_anew_though_the_order_lost_its_states_on_a_night_that_broke_off(warehouse):
    sold = {
        "order_id": "o1",
        "line_id": "1",
        "customer_id": "c",
        "product_id": "p",
        "ordered_at": START,
        "amount": 10,
        "quantity": 1,
        "transaction_type": "sale",
    }
    back = {
        **sold,
        "order_id": "r1",
        "ordered_at": START + timedelta(hours=1),
        "amount": -10,
        "quantity": -1,
        "transaction_type": "return",
        "original_order_id": "late",
    }
    warehouse.land("transactions", [sold, back])
    warehouse.take_in()
    opened = "select day, orders_opened from core.customer_days order by 1"
    assert warehouse.rows(opened) == [(START.date(), 0)]
    earlier = START - timedelta(days=5)
    warehouse.land("transactions", [{**sold, "order_id": "late", "ordered_at": earlier}])
    warehouse.break_off("+int_order_states")
    assert warehouse.rows("select distinct order_id from core.int_order_states") == [("late",)]
    warehouse.take_in()

    assert warehouse.rows(opened) == [(earlier.date(), 1), (START.date(), 1)]
    assert warehouse.rows("select count(*) from ops.core_intake") == [(0,)]


def test_a_night_without_new_files_touches_nothing(warehouse):
    sold = {"order_id": "o1", "line_id": "1", "customer_id": "c", "ordered_at": START, "amount": 10}
    warehouse.land("transactions", [{**sold, "transaction_type": "sale"}])
    warehouse.take_in()
    before = {table: contents(warehouse, table) for table in tables(warehouse)}
    warehouse.take_in()

    assert warehouse.rows("select count(*) from work.touched_rows") == [(0,)]
    assert {table: contents(warehouse, table) for table in tables(warehouse)} == before


def test_a_file_that_is_taken_back_has_core_built_as_a_whole(warehouse):
    sold = {"order_id": "o1", "line_id": "1", "customer_id": "c", "ordered_at": START, "amount": 10}
    warehouse.land("transactions", [{**sold, "transaction_type": "sale"}])
    second = warehouse.land(
        "transactions", [{**sold, "transaction_type": "sale", "amount": 7}], status="loaded"
    )
    warehouse.take_in()
    assert warehouse.rows("select amount from core.transactions") == [(7,)]
    warehouse.rows(f"delete from raw.transactions where file_seq = {second}")
    warehouse.rows(f"update raw.files set status = 'unloaded' where file_seq = {second}")
    warehouse.take_in()

    assert warehouse.rows("select amount from core.transactions") == [(10,)]
    assert warehouse.rows("select revenue from core.customer_days") == [(10,)]


def test_a_table_with_other_columns_than_its_model_is_not_appended_to(warehouse) -> None:
    """Its rows would stand beside ones that lack a column, or mean something else by it."""
    warehouse.land("stores", [{"store_id": "s1"}])
    warehouse.take_in()
    with connect(warehouse.home, Settings()) as connection:
        connection.execute("alter table core.stores drop column region")
        connection.execute("alter table core.stores add column floor integer")
        connection.execute("alter table core.stores alter column latitude type integer")

    assert warehouse.run("stores") == {"stores": "error"}
    for told in (
        "region is missing in the table",
        "floor is in the table alone",
        "latitude is INTEGER in the table",
        "strata rebuild",
    ):
        assert told in warehouse.messages["stores"]
