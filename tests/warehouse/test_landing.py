"""Which landed rows stand, for every table of the contract, and that their numbers add up."""

import random
from collections import Counter
from datetime import date, datetime
from typing import Any

from orchestration.landing_schema import LANDING
from orchestration.landing_table import Column, LandingTable

LOST = "select file_seq, row_number, row_status from staging.landing_rows_lost"
TABLE_OF_LOST = (
    "select source_table, file_seq, row_number, row_status from staging.landing_rows_lost"
)


def value(column: Column, variant: int) -> Any:
    """Return one of two values that a column may hold."""
    if column.allowed:
        return column.allowed[variant]
    match column.kind:
        case "money" | "quantity" | "number" | "integer":
            return variant + 1
        case "boolean":
            return variant == 1
        case "at":
            return datetime.fromisoformat(f"2026-03-0{variant + 1}T12:00")
        case "date":
            return date(2026, 3, variant + 1)
        case _:
            return f"{column.name} {variant}"


def row_of(table: LandingTable, **changes: Any) -> dict[str, Any]:
    return {column.name: value(column, 0) for column in table.columns} | changes


def variants_of(table: LandingTable, columns: list[Column]) -> list[dict[str, Any]]:
    """Return two rows a column, with a key of their own, that differ in that column alone."""
    rows = []
    for column in columns:
        key = dict.fromkeys(table.key, column.name)
        if table.name == "holdings":
            del key["held_on"]
        if table.name == "identities":
            del key["identifier_type"]
        rows.append(row_of(table, **key))
        rows.append(row_of(table, **key, **{column.name: value(column, 1)}))
    return rows


def test_rows_of_a_key_that_differ_in_any_one_column_supersede_and_equal_ones_do_not(warehouse):
    expected = set()
    for table in LANDING.values():
        if not table.key:
            continue
        columns = [column for column in table.columns if column.name not in table.key]
        rows = variants_of(table, columns)
        file_seq = warehouse.land(table.name, rows)
        expected |= {
            (table.name, file_seq, 2 * number + 1, "superseded") for number in range(len(columns))
        }
        again = warehouse.land(table.name, rows[1::2])
        expected |= {(table.name, again, number + 1, "duplicate") for number in range(len(columns))}
    assert set(warehouse.build("staging").values()) <= {"success", "pass"}
    assert set(warehouse.rows(TABLE_OF_LOST)) == expected


def test_rows_without_a_key_are_told_apart_by_their_identity_columns_alone(warehouse):
    expected = set()
    for table in LANDING.values():
        if not table.identity:
            continue
        no_key = dict.fromkeys(table.key) if table.is_key_optional else {}
        no_key.pop("order_id", None)
        row = row_of(table, **no_key)
        others = [
            row | {column.name: value(column, 1)}
            for column in table.columns
            if column.name not in no_key
        ]
        warehouse.land(table.name, [row])
        file_seq = warehouse.land(table.name, others)
        same = [other for other in others if all(other[c] == row[c] for c in table.identity)]
        # Several in one file are several lines, more than the one in the first file.
        expected |= {(table.name, file_seq - 1, 1, "duplicate")} if same else set()
    warehouse.run("staging")
    assert set(warehouse.rows(TABLE_OF_LOST)) == expected


def test_a_line_id_is_a_key_only_with_a_value(warehouse):
    line = {"order_id": "1", "ordered_at": "2026-03-01", "amount": 5, "transaction_type": "sale"}
    warehouse.land("transactions", [line, line, line | {"line_id": "1"}, line | {"line_id": "1"}])
    warehouse.run("staging")
    assert warehouse.rows(LOST) == [(1, 4, "duplicate")]


def test_every_landed_row_is_accepted_duplicate_superseded_or_rejected(warehouse):
    sale = {"ordered_at": "2026-03-01", "amount": 5, "transaction_type": "sale"}
    keyed = [sale | {"order_id": "1", "line_id": str(line)} for line in range(4)]
    warehouse.land("transactions", keyed, rejected=2)
    warehouse.land("transactions", [keyed[0], keyed[1] | {"amount": 6}])
    warehouse.land("transactions", [], rows_in=6, status="copy")
    warehouse.land("transactions", [], rows_in=9, status="unloaded")
    for table in LANDING.values():
        if table.name != "transactions":
            warehouse.land(table.name, [row_of(table)])
    statuses = warehouse.build()
    assert set(statuses.values()) <= {"success", "pass"}
    balance = warehouse.rows(
        "select file_seq, rows_in, accepted, duplicates, superseded, rejected "
        "from core.landing_balance order by file_seq"
    )
    assert balance[:3] == [(1, 6, 3, 0, 1, 2), (2, 2, 1, 1, 0, 0), (3, 6, 0, 6, 0, 0)]
    assert [row[0] for row in balance[3:]] == list(range(5, 19))
    assert {row[1:] for row in balance[3:]} == {(1, 1, 0, 0, 0)}


def test_rows_that_vanished_or_came_from_nowhere_fail_the_balance(warehouse):
    line = {"order_id": "1", "ordered_at": "2026-03-01", "amount": 5, "transaction_type": "sale"}
    warehouse.land("transactions", [line], rows_in=2)
    warehouse.land("transactions", [line | {"order_id": "2"}], status="unloaded")
    assert warehouse.build()["assert_landing_rows_balance"] == "fail"
    assert warehouse.rows(
        "select file_seq, file_name, rows_in, accepted from core.landing_balance order by file_seq"
    ) == [(1, "1.csv", 2, 1), (2, None, 0, 1)]


def what_stands(landed: list[tuple[int, int, str, int | None, str]]) -> set[tuple[int, int, str]]:
    """Go through keyed rows one by one in load order and return what became of the losers."""
    standing: dict[str, tuple[int, int, int | None, str]] = {}
    lost = set()
    for file_seq, row_number, key, version, content in sorted(landed, key=lambda row: row[:2]):
        held = standing.get(key)
        if held and held[2:] == (version, content):
            lost.add((file_seq, row_number, "duplicate"))
        elif held and (version or 0) < (held[2] or 0):
            lost.add((file_seq, row_number, "superseded"))
        else:
            if held:
                lost.add((*held[:2], "superseded"))
            standing[key] = (file_seq, row_number, version, content)
    return lost


def test_random_versions_of_customers_stand_as_if_handled_one_by_one(warehouse):
    rng = random.Random(0)  # noqa: S311
    landed = []
    for file_seq in range(1, 6):
        rows = [
            (f"c{rng.randint(1, 60)}", rng.choice([None, 1, 2, 3]), rng.choice("ab"))
            for _ in range(60)
        ]
        landed += [(file_seq, number, *row) for number, row in enumerate(rows, start=1)]
        warehouse.land(
            "customers",
            [
                {"customer_id": key, "updated_at": version and f"2026-03-0{version}", "city": city}
                for key, version, city in rows
            ],
        )
    warehouse.run("staging")
    expected = what_stands(landed)
    assert Counter(status for *_, status in expected).keys() == {"duplicate", "superseded"}
    assert set(warehouse.rows(LOST)) == expected
