"""Landing from a database: new rows once, none lost whatever fails, every value as it was."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.database_settings import LandingDatabase
from orchestration.home import Home
from orchestration.landing.databases.look import SourceDatabaseError, look_at
from orchestration.landing.databases.pull import pull
from orchestration.landing.files import content_sha256
from orchestration.publishing import durable
from orchestration.settings import Settings
from tests.conftest import Installation
from tests.database_servers import MariaServer, PostgresServer

pytestmark = pytest.mark.server

ORDERS = """
    create table orders (
        id bigint primary key, customer text, placed_at timestamp, updated_at timestamptz,
        total numeric(12,2), note text, password_hash text
    );
    insert into orders values
        (1, 'C1', '2024-03-01 23:30', '2024-03-01 10:00+02', 10.50, 'first', 'x'),
        (2, 'C2', '2024-03-02 00:10', '2024-03-02 10:00+02', 0.10, '', 'y')
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def shop(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """Return a server with a table of two orders."""
    monkeypatch.setenv("SHOP", postgres.url)
    postgres.execute(ORDERS)
    yield postgres
    postgres.execute("drop table if exists orders cascade; drop view if exists lines")


def orders(**changes: Any) -> LandingDatabase:
    values: dict[str, Any] = {
        "name": "shop",
        "url_env": "SHOP",
        "table": "orders",
        "into": "transactions",
        "cursor": "updated_at",
        "columns": ["id", "customer", "placed_at", "updated_at", "total"],
        "rename": {
            "id": "order_id",
            "customer": "customer_id",
            "placed_at": "ordered_at",
            "total": "amount",
        },
    }
    return LandingDatabase.model_validate({**values, **changes})


def landed(home: Home, columns: str = "order_id", table: str = "transactions") -> list[list[Any]]:
    """Return the rows of each landing file, oldest file first."""
    files = sorted((home.landing / table).glob("*"))
    return [duckdb.sql(f"select {columns} from '{file}'").fetchall() for file in files]


@pytest.mark.usefixtures("shop")
def test_the_first_time_lands_all_rows_under_their_landing_names(home: Home) -> None:
    [file] = pull(home, orders())

    assert file.rows == 2
    [path] = (home.landing / "transactions").iterdir()
    assert path == file.path
    assert path.name.startswith("shop-")
    columns = "order_id, customer_id, ordered_at, amount, updated_at"
    assert landed(home, columns) == [
        [
            (1, "C1", _local(2024, 3, 1, 23, 30), Decimal("10.50"), _utc(2024, 3, 1, 8)),
            (2, "C2", _local(2024, 3, 2, 0, 10), Decimal("0.10"), _utc(2024, 3, 2, 8)),
        ]
    ]
    names = duckdb.sql(f"select * from '{path}'").columns
    assert "password_hash" not in names


def test_the_next_time_lands_what_is_new_or_changed(home: Home, shop: PostgresServer) -> None:
    pull(home, orders(overlap=0))
    shop.execute(
        "update orders set total = 11, updated_at = '2024-03-03 01:00+00' where id = 1;"
        "insert into orders (id, placed_at, updated_at, total) "
        "values (3, '2024-03-03', '2024-03-03', 3)"
    )
    pull(home, orders(overlap=0))

    first, second = landed(home, "order_id, amount")
    assert {order for order, _ in first} == {1, 2}
    # In the cursor's order, so that of two states of a row the later one wins.
    assert second == [(3, Decimal("3.00")), (1, Decimal("11.00"))]


def test_a_row_that_was_written_late_is_not_passed_over(home: Home, shop: PostgresServer) -> None:
    """Its transaction began before the last one that was read, and ended after."""
    pull(home, orders())
    shop.execute("insert into orders values (9, 'C9', '2024-03-02', '2024-03-02 09:15+02', 9)")
    pull(home, orders())

    assert landed(home)[-1] == [(9,), (2,)]


@pytest.mark.usefixtures("shop")
def test_nothing_new_leaves_no_further_file(home: Home) -> None:
    pull(home, orders())
    pull(home, orders())
    before = landed(home)

    assert pull(home, orders()) == []
    assert landed(home) == before


def test_a_row_without_a_cursor_is_landed_every_time(home: Home, shop: PostgresServer) -> None:
    shop.execute("insert into orders values (4, 'C4', '2024-03-02', null, 4)")
    pull(home, orders(overlap=0))
    shop.execute("insert into orders values (5, 'C5', '2024-03-02', null, 5)")
    pull(home, orders(overlap=0))

    assert [sorted(file) for file in landed(home)] == [[(1,), (2,), (4,)], [(4,), (5,)]]


def test_a_whole_table_lands_when_it_has_changed(home: Home, shop: PostgresServer) -> None:
    whole = orders(cursor=None)
    pull(home, whole)
    assert pull(home, whole) == []
    shop.execute("update orders set total = 12 where id = 2")

    assert [file.rows for file in pull(home, whole)] == [2]
    shop.execute("update orders set total = 0.10 where id = 2")
    assert [file.rows for file in pull(home, whole)] == [2]
    contents = {content_sha256(path) for path in (home.landing / "transactions").iterdir()}
    # A table that is as it was before is no copy of the first file: its rows supersede again.
    assert len(contents) == 3


@pytest.mark.parametrize(
    ("column", "overlap", "expected"),
    [("day date", None, {1, 2, 3, 5}), ("day bigint", 1, {2, 3, 5}), ("day text", None, {5})],
)
def test_a_cursor_may_be_a_date_a_number_or_a_text(
    home: Home, shop: PostgresServer, column: str, overlap: int | None, expected: set[int]
) -> None:
    kind = column.split()[1]
    spell = {"date": "date '2024-03-01' + {}", "bigint": "{}", "text": "'k{}'"}[kind]
    shop.execute(f"drop table orders; create table orders (id bigint, {column}, total text)")
    if kind == "date":
        spell = "date '2024-03-01' + {} / 2"
    for number in (1, 2, 3):
        shop.execute(f"insert into orders values ({number}, {spell.format(number)}, 'x')")
    of_days = orders(
        into="products",
        cursor="day",
        overlap=overlap,
        columns=None,
        rename={"id": "product_id", "total": "name"},
    )
    pull(home, of_days)
    shop.execute(f"insert into orders values (5, {spell.format(5)}, 'x')")
    pull(home, of_days)

    assert {row for (row,) in landed(home, "product_id", "products")[-1]} == expected


def test_a_disk_that_is_full_loses_no_row(
    home: Home, shop: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(home, orders(overlap=0))
    shop.execute("insert into orders values (3, 'C3', '2024-03-03', '2024-03-03', 3)")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(durable, "put_in_place", full)
        with pytest.raises(SourceDatabaseError, match="No space left on device"):
            pull(home, orders(overlap=0))
    assert len(landed(home)) == 1
    shop.execute("insert into orders values (4, 'C4', '2024-03-04', '2024-03-04', 4)")

    pull(home, orders(overlap=0))

    assert landed(home)[1:] == [[(3,)], [(4,)]]


def test_a_process_that_is_killed_loses_no_row(home: Home, shop: PostgresServer) -> None:
    """A file that is in place and not noted yet is made again, with the same name and content."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from orchestration.database_settings import LandingDatabase\n"
        "from orchestration.home import Home\n"
        "from orchestration.landing.databases.pull import pull\n"
        "from orchestration.publishing import durable\n"
        "put = durable.put_in_place\n"
        "durable.put_in_place = lambda *files: (put(*files), os._exit(9))\n"
        "pull(Home(Path(sys.argv[1])), LandingDatabase.model_validate_json(sys.argv[2]))\n"
    )
    arguments = [str(home.root), orders(overlap=0).model_dump_json()]
    killed = subprocess.run([sys.executable, "-c", program, *arguments], check=False)
    assert killed.returncode == 9
    assert landed(home) == [[(1,), (2,)]]
    shop.execute("insert into orders values (3, 'C3', '2024-03-03', '2024-03-03', 3)")

    pull(home, orders(overlap=0))

    assert landed(home) == [[(1,), (2,)], [(3,)]]


def test_a_view_and_a_new_column_are_read(home: Home, shop: PostgresServer) -> None:
    shop.execute("create view lines as select *, 'web' as channel from orders where total > 1")
    of_view = orders(table="public.lines", columns=None)
    pull(home, of_view)
    shop.execute("drop view lines; alter table orders add column store_id text default 'S1'")
    shop.execute("create view lines as select *, 'web' as channel from orders")
    pull(home, of_view)

    first, second = sorted((home.landing / "transactions").iterdir())
    assert duckdb.sql(f"select order_id, channel from '{first}'").fetchall() == [(1, "web")]
    assert duckdb.sql(f"select order_id, store_id from '{second}'").fetchall() == [
        (1, "S1"),
        (2, "S1"),
    ]


def test_a_column_that_changed_its_type_is_read(home: Home, shop: PostgresServer) -> None:
    pull(home, orders(overlap=0))
    shop.execute("alter table orders alter column id type text using 'A' || id")
    shop.execute("insert into orders values ('A3', 'C3', '2024-03-03', '2024-03-03', 3)")
    pull(home, orders(overlap=0))

    assert landed(home)[1][-1] == ("A3",)


@pytest.mark.usefixtures("shop")
def test_nothing_is_told_to_anybody_and_nothing_kept_of_the_rows(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlt.common.runtime import anon_tracker

    told: list[object] = []
    monkeypatch.setattr(anon_tracker, "_send_event", lambda *event: told.append(event))
    monkeypatch.setattr(anon_tracker, "get_anonymous_id", lambda: told.append("id"))

    pull(home, orders())

    assert told == []
    kept = {path.suffix for path in home.databases.rglob("*") if path.is_file()}
    assert kept <= {".json", ""}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"table": "order"}, "no table or view order"),
        ({"cursor": "changed_at", "columns": None}, "has no column changed_at; it has id"),
        ({"rename": {"id": "order_id", "placed_at": "ordered_at"}}, "fills no amount"),
        ({"url_env": "NOT_SET"}, "variable NOT_SET, which is not set"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_does_not_fit_is_named_before_anything_is_read(
    home: Home, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SourceDatabaseError, match=words):
        pull(home, orders(**changes))
    assert not home.root.exists()


def test_check_says_what_a_table_fills(
    new_installation: Callable[[], Installation], shop: PostgresServer
) -> None:
    installation = new_installation()
    installation.home.settings_file.write_text(
        "landing:\n  databases:\n    - name: shop\n      url_env: SHOP\n      table: orders\n"
        "      into: transactions\n      cursor: updated_at\n      rename:\n"
        "        {id: order_id, customer: customer_id, placed_at: ordered_at, total: amount}\n"
    )
    result = installation.strata("check")

    assert result.exit_code == 0, result.output
    assert "fills: order_id, customer_id, ordered_at, amount" in result.output
    assert "not in the contract, kept: updated_at, note, password_hash" in result.output
    shop.execute("drop table orders")
    result = installation.strata("check")
    assert result.exit_code == 2
    assert "problem: shop: there is no table or view orders" in result.output


def test_mysql_lands_the_same_with_its_timestamps_as_instants(
    home: Home, mariadb: MariaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", mariadb.url)
    mariadb.execute(
        "set time_zone = '+05:00'",
        "create table orders (id bigint primary key, customer varchar(20), placed_at datetime, "
        "updated_at timestamp(6), total decimal(12,2), password_hash text)",
        "insert into orders values "
        "(1, 'Zoë 客户', '2024-03-01 23:30', '2024-03-01 10:00', 10.5, 'x'), "
        "(2, null, '2024-03-02 00:10', '2024-03-02 10:00', 0.1, 'y')",
    )
    look = look_at(orders())
    assert look.mapped == ("order_id", "customer_id", "ordered_at", "amount")
    pull(home, orders(overlap=0))
    mariadb.execute(
        "set time_zone = '+05:00'",
        "insert into orders values (3, 'C3', '2024-03-03', '2024-03-02 10:00:00.5', 3, 'z')",
    )
    pull(home, orders(overlap=0))

    first, second = landed(home, "order_id, customer_id, ordered_at, amount, updated_at")
    assert first[0] == (
        1,
        "Zoë 客户",
        _local(2024, 3, 1, 23, 30),
        Decimal("10.50"),
        _utc(2024, 3, 1, 5),
    )
    assert [row[0] for row in second] == [3]


@pytest.mark.long
def test_a_shop_in_a_database_becomes_segments_with_one_command(
    new_installation: Callable[[], Installation], shop: PostgresServer, installation: Installation
) -> None:
    """The same orders as files and as rows give the same published customers."""
    tables = {"transactions": "orders", "customers": "customers", "products": "products"}
    installation.night("2024-06-30")
    files = installation.home.landing
    shop.execute("drop table orders")
    connection = duckdb.connect()
    for table, name in tables.items():
        [file] = (files / table).iterdir()
        rows = connection.sql(f"from read_csv('{file}', all_varchar = true)")
        columns = ", ".join(f"{column} text" for column in rows.columns)
        shop.execute(f"drop table if exists {name}; create table {name} ({columns})")
        shop.copy(name, rows.fetchall())
    from_database = new_installation("from-database")
    lines = ["time_zone: Europe/London", "currency: GBP", "landing:", "  databases:"]
    for table, name in tables.items():
        lines.append(f"    - {{name: {name}, url_env: SHOP, table: {name}, into: {table}}}")
    from_database.home.settings_file.write_text("\n".join(lines))
    try:
        from_database.night("2024-06-30")
        sql = "select * exclude (run_id) from marts.customer_360 order by customer_id"
        assert from_database.published(sql) == installation.published(sql)
        shop.stop()
        result = from_database.strata("run", "--as-of", "2024-06-30")
        assert result.exit_code == 1
        assert "the database cannot be reached" in result.output
        assert from_database.published("select is_stale from marts.run_info") == [(True,)]
    finally:
        shop.start()
        shop.execute("drop table if exists customers, products")


def test_settings_of_a_database_are_not_of_the_night() -> None:
    from orchestration.run_log import NOT_OF_THE_NIGHT

    settings = Settings.model_validate({"landing": {"databases": [orders().model_dump()]}})

    assert "SHOP" not in settings.model_dump_json(exclude=NOT_OF_THE_NIGHT)


def _utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def _local(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001
