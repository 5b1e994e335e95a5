"""Two warehouses row by row: what is found, what is not told apart, and how rows are named."""

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.table_comparison import (
    MAX_KEYS,
    Sides,
    TableDifference,
    columns_by_table,
    compare_table,
)

SIDES = Sides("one", "two", "live", "rebuilt")
KEYS = ("customer_id", "day")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for database in (SIDES.left, SIDES.right):
            opened.execute(f"attach ':memory:' as {database}")
            opened.execute(f"create schema {database}.core")
            opened.execute(
                f"create table {database}.core.days as select 'C' || n as customer_id, n as day, "
                "cast(n as decimal(18, 4)) as revenue, cast(n as double) as share, "
                "null::varchar as note from range(5000) as numbers(n)"
            )
        yield opened


def compared(
    connection: duckdb.DuckDBPyConnection, where: str = "true", *, keys: tuple[str, ...] = KEYS
) -> TableDifference | None:
    return compare_table(
        connection,
        SIDES,
        "core.days",
        ["customer_id", "day", "revenue", "share", "note"],
        where=where,
        keys=list(keys),
    )


def test_the_same_rows_in_another_order_are_the_same(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "create or replace table two.core.days as from one.core.days order by day desc"
    )

    assert compared(connection) is None


def test_a_changed_value_is_two_rows_with_key_and_column(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("update one.core.days set revenue = revenue + 1 where day = 77")

    found = compared(connection)

    assert found == TableDifference("core.days", rows=2, keys=("customer_id=C77, day=77: revenue",))
    assert "C77" not in found.to_text()


def test_a_missing_row_and_a_row_twice_are_each_found_on_their_side(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("delete from one.core.days where day = 5")
    connection.execute("insert into one.core.days select * from one.core.days where day = 6")

    found = compared(connection)

    assert found is not None
    assert found.rows == 2
    assert found.keys == (
        "customer_id=C5, day=5: only rebuilt",
        "customer_id=C6, day=6: only live",
    )


def test_null_is_not_an_empty_text_and_zero_has_no_sign(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("update one.core.days set share = -0.0 where day = 0")
    assert compared(connection) is None

    connection.execute("update two.core.days set note = '' where day = 3")
    found = compared(connection)

    assert found is not None
    assert found.keys == ("customer_id=C3, day=3: note",)


def test_rows_that_are_not_to_be_compared_are_left_out(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("delete from one.core.days where day = 5")

    assert compared(connection, "day <> 5") is None


def test_when_everything_differs_a_few_rows_are_named(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("update one.core.days set revenue = revenue + 1")

    found = compared(connection)

    assert found is not None
    assert found.is_more
    assert "at least" in found.to_text()
    assert len(found.keys) == MAX_KEYS


def test_a_changed_row_is_one_however_many_others_differ(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Its two halves have two hashes: only one of them may be among the rows that are counted."""
    connection.execute("update one.core.days set revenue = revenue + 1 where day % 5 = 0")

    found = compared(connection)

    assert found is not None
    assert found.is_more
    assert [key.partition(": ")[2] for key in found.keys] == ["revenue"] * MAX_KEYS


def test_a_row_on_one_side_is_told_from_a_changed_one_behind_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The first rows of one side may have other keys than the first of the other."""
    connection.execute("delete from two.core.days where day between 6 and 9")
    connection.execute("update one.core.days set revenue = revenue + 1 where day between 10 and 19")

    found = compared(connection, keys=("day",))

    assert found is not None
    assert set(found.keys) == {
        "day=6: only live", "day=7: only live", "day=8: only live", "day=9: only live",
        "day=10: revenue",
    }  # fmt: skip


def test_tables_and_views_come_from_the_catalogue(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create view one.core.few as select day from one.core.days limit 3")

    assert columns_by_table(connection, "one", ["core", "marts"]) == {
        "core.days": ["customer_id", "day", "revenue", "share", "note"],
        "core.few": ["day"],
    }
