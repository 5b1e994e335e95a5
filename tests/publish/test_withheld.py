"""Whoever refuses profiling by now is in no published file, whatever night it is of."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import duckdb
import pytest

from orchestration.home import Home
from orchestration.publishing import current_issue, publish_back_dated
from tests.publish.conftest import ROWS, FakeWarehouse

REFUSER = "customer_id 007"
OTHER = "customer_id 014"
FIRST, SECOND = "2026-03-02", "2026-03-03"


def refuse(warehouse: FakeWarehouse, *customers: str) -> None:
    """Make these and nobody else the customers who refuse."""
    warehouse.execute("delete from segments.unshown_customers")
    for customer in customers:
        warehouse.execute(f"insert into segments.unshown_customers values ('{customer}')")


def never_there(warehouse: FakeWarehouse, customer: str, night: str) -> None:
    warehouse.execute(
        f"update segments.customer_segments set customer_id = '{customer} as somebody else' "
        f"where customer_id = '{customer}' and as_of_date = '{night}'"
    )


def files(home: Home) -> dict[str, str]:
    """Return the path of each night's file."""
    issue = current_issue(home)
    assert issue is not None
    paths = [file.path for file in issue.files if file.table == "fct_customer_segments"]
    return {path.split("as_of_date=")[1].split("/")[0]: path for path in paths}


def customers_in(home: Home, night: str) -> set[str]:
    path = home.serving / "parquet" / files(home)[night]
    rows = duckdb.execute("select customer_id from read_parquet(?)", [str(path)]).fetchall()
    return {row[0] for row in rows}


@pytest.fixture
def publish_without(
    published_home: Home, warehouse: FakeWarehouse
) -> Callable[..., dict[str, str]]:
    """Publish a third night, as a run does in which these refuse; return the files of before."""

    def publish(*customers: str, night: int = 3) -> dict[str, str]:
        before = files(published_home)
        warehouse.load(night)
        refuse(warehouse, *customers)
        for customer in customers:
            for table in ("segments.customer_segments", "marts.fct_customer_segments"):
                warehouse.execute(
                    f"delete from {table} where customer_id = '{customer}' "
                    f"and run_id = 'run-{night}'"
                )
        warehouse.publish_loaded(published_home, night)
        return before

    return publish


def test_who_refuses_is_in_the_file_of_no_night(
    published_home: Home, publish_without: Callable
) -> None:
    before = publish_without(REFUSER)
    for night in (FIRST, SECOND):
        assert len(customers_in(published_home, night)) == ROWS - 1
        assert REFUSER not in customers_in(published_home, night)
        assert files(published_home)[night] != before[night]


def test_a_night_without_him_keeps_its_file(
    published_home: Home, warehouse: FakeWarehouse, publish_without: Callable
) -> None:
    never_there(warehouse, REFUSER, FIRST)
    before = publish_without(REFUSER)
    after = files(published_home)
    assert after[FIRST] == before[FIRST]
    assert after[SECOND] != before[SECOND]


def test_a_file_that_readers_may_have_open_is_not_changed(
    published_home: Home, publish_without: Callable
) -> None:
    folder = published_home.serving / "parquet"
    content = {path: (folder / path).read_bytes() for path in files(published_home).values()}
    publish_without(REFUSER)
    assert {path: (folder / path).read_bytes() for path in content} == content


def test_who_was_searched_for_is_not_searched_for_again(
    published_home: Home, warehouse: FakeWarehouse, publish_without: Callable
) -> None:
    """Another's row is made his by hand, which no run does: a search would find it."""
    never_there(warehouse, REFUSER, FIRST)
    publish_without(REFUSER)
    warehouse.execute(
        f"update segments.customer_segments set customer_id = '{REFUSER}' "
        f"where customer_id = '{OTHER}' and as_of_date = '{FIRST}'"
    )
    before = publish_without(REFUSER, night=4)
    assert before.items() <= files(published_home).items()


def test_one_more_who_refuses_goes_as_well(published_home: Home, publish_without: Callable) -> None:
    publish_without(REFUSER)
    publish_without(REFUSER, OTHER, night=4)
    for night in (FIRST, SECOND):
        assert not {REFUSER, OTHER} & customers_in(published_home, night)


def test_who_consents_again_comes_back(published_home: Home, publish_without: Callable) -> None:
    before = publish_without(REFUSER)
    publish_without(night=4)
    assert before.items() <= files(published_home).items()
    assert REFUSER in customers_in(published_home, FIRST)


def test_who_consents_again_and_refuses_again_goes_again(
    published_home: Home, publish_without: Callable
) -> None:
    publish_without(REFUSER)
    publish_without(night=4)
    publish_without(REFUSER, night=5)
    assert REFUSER not in customers_in(published_home, FIRST)


def test_a_night_recomputed_while_he_consented_is_without_him_later(
    published_home: Home, warehouse: FakeWarehouse, publish_without: Callable
) -> None:
    """He consents for one run that publishes nothing, and refuses again."""
    publish_without(REFUSER)
    warehouse.execute(
        f"update segments.customer_segments set run_id = 'run-9' where as_of_date = '{FIRST}'"
    )
    publish_without(REFUSER, night=4)
    assert REFUSER not in customers_in(published_home, FIRST)


def test_a_back_dated_run_leaves_him_out_of_the_published_night_too(
    published_home: Home, warehouse: FakeWarehouse, published_at: datetime
) -> None:
    before = files(published_home)
    warehouse.load(0)
    refuse(warehouse, REFUSER)
    with closing(duckdb.connect(str(warehouse.path))) as connection:
        publish_back_dated(connection, published_home, published_at=published_at)
    with closing(duckdb.connect(str(published_home.serving / "strata.duckdb"))) as connection:
        for table in ("customer_360", "fct_customer_segments"):
            left = connection.execute(
                f"select count(*), count(*) filter (customer_id = '{REFUSER}') from marts.{table}"
            ).fetchone()
            assert left == (ROWS - 1, 0), table
    assert REFUSER not in customers_in(published_home, SECOND)
    assert files(published_home)[SECOND] != before[SECOND]
