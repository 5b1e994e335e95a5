"""Any night again: rebuilt from raw as of now, or as a run knew it, beside the live tables."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import rebuild as rebuilding
from orchestration.definitions import build_definitions
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.jobs import RECONCILE
from orchestration.night import NightRun
from orchestration.settings import load_settings
from tests.conftest import NIGHT, SETTINGS, Installation, customers_csv, orders_csv

pytestmark = pytest.mark.long

SUNDAY, MONDAY = "2024-06-23", "2024-07-01"
BETWEEN = "2024-06-26"
HEADER = (
    "order_id,line_id,customer_id,ordered_at,product_id,quantity,amount,discount_amount,"
    "original_order_id\n"
)
MOVED = "M1,1,C002,2024-06-10 09:00,P1,1,55.00,0,\n"
RETURNED = "K1,1,C003,2024-06-20 09:00,P2,1,77.00,0,\n"
# Lands after the night of the 30th: the moved line's other customer and day, a row of long ago, a
# row that is there already, a return that comes after that night, and the new day itself.
LATER = (
    HEADER
    + "M1,1,C006,2024-06-12 09:00,P1,1,55.00,0,\n"
    + "L1,1,C001,2023-01-15 09:00,P3,2,31.00,0,\n"
    + RETURNED
    + "KR1,1,C003,2024-07-01 11:00,P2,-1,-77.00,0,K1\n"
    + "N1,1,C010,2024-07-01 12:00,P1,1,19.00,0,\n"
)
# A night that is made again differs in these alone; run_info says who made it.
RUN_COLUMNS = {"run_id", "published_at", "checked_at", "loaded_at"}


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the multiset of rows of every published table of a serving file."""
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as connection:
        tables = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'marts' and table_name <> 'run_info' group by all order by all"
        ).fetchall()
        return {
            table: connection.execute(
                f"select {', '.join(name for name in columns if name not in RUN_COLUMNS)} "
                f"from marts.{table} order by all"
            ).fetchall()
            for table, columns in tables
        }


def unlike(one: Path, other: Path) -> set[str]:
    """Return the tables of two serving files whose rows are not the same."""
    left, right = rows_of(one), rows_of(other)
    assert left.keys() == right.keys()
    assert len(left) > 15
    return {table for table in left if left[table] != right[table]}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return a home of three nights: two, then late rows of every kind, then the third."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        root = tmp_path_factory.mktemp("lived")
        (root / "strata.yml").write_text(SETTINGS)
        made = Installation(Home(root), monkeypatch)
        made.land("customers", "customers.csv", customers_csv())
        made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
        made.land("transactions", "orders.csv", orders_csv() + MOVED + RETURNED)
        made.night(SUNDAY)
        made.night(NIGHT)
        made.land("transactions", "later.csv", LATER)
        made.land("customers", "more.csv", "customer_id,created_at,city\nC999,2024-05-01,Bath\n")
        made.night(MONDAY)
        yield made


def kept_file(installation: Installation, night: str) -> Path:
    """Return the serving file that the first run of a night published."""
    return sorted(installation.home.serving.glob(f"strata-{night}-*.duckdb"))[0]


def run_id_of(path: Path) -> str:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        [(run_id,)] = connection.execute("select run_id from marts.run_info").fetchall()
    return str(run_id)


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def test_a_night_as_a_run_knew_it_is_what_that_run_published(lived: Installation) -> None:
    kept = kept_file(lived, NIGHT)
    run_id = run_id_of(kept)

    result = lived.strata("rebuild", "--as-of", NIGHT, "--known-at", run_id)

    assert result.exit_code == 0, result.output
    home = lived.home.rebuilds / f"{NIGHT}-{run_id[:8]}"
    assert str(home) in result.output
    assert unlike(home / "serving" / "strata.duckdb", kept) == set()


def test_a_night_rebuilt_from_all_rows_moves_a_line_and_knows_no_later_return(
    lived: Installation,
) -> None:
    before = rows_of(lived.home.serving / "strata.duckdb")

    result = lived.strata("rebuild", "--as-of", NIGHT)

    assert result.exit_code == 0, result.output
    rebuilt = lived.home.rebuilds / NIGHT / "serving" / "strata.duckdb"
    kept = kept_file(lived, NIGHT)
    days = "select cast(revenue_date as varchar), revenue from marts.fct_daily_revenue"
    now, then = dict(query(rebuilt, days)), dict(query(kept, days))
    moved = {day: now.get(day, 0) - then.get(day, 0) for day in ("2024-06-10", "2024-06-12")}
    assert moved == {"2024-06-10": -55, "2024-06-12": 55}
    money = "select customer_id, monetary from marts.customer_360 where customer_id in ({})"
    for customer, change in (("C002", -55), ("C006", 55), ("C003", 0), ("C010", 0)):
        [[(_, after)], [(_, before_it)]] = (
            query(path, money.format(f"'{customer}'")) for path in (rebuilt, kept)
        )
        assert after - before_it == change, customer
    # The return of 1 July empties the order for that night on, and not for the night before.
    orders = "select frequency from marts.customer_360 where customer_id = 'C003'"
    assert query(rebuilt, orders) == query(kept, orders)
    assert query(lived.home.serving / "strata.duckdb", orders)[0][0] == (
        query(kept, orders)[0][0] - 1
    )
    assert (
        query(rebuilt, "select max(as_of_date) from marts.fct_segment_history")[0][0]
        <= (query(rebuilt, f"select date '{NIGHT}'")[0][0])
    )
    assert rows_of(lived.home.serving / "strata.duckdb") == before


def test_a_rebuild_is_replaced_only_by_a_whole_one(
    lived: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night itself is played here: what counts is what becomes of the folders."""
    made: list[str] = []

    def play(beside: Home, as_of_date: date, job_name: str, _: object) -> NightRun:
        made.append(f"{job_name} {len(made)}")
        (beside.root / "made.txt").write_text(made[-1])
        is_whole = len(made) != 2
        return NightRun(as_of_date, "run", is_whole, None, () if is_whole else ("segment",))

    monkeypatch.setattr(rebuilding, "run_beside", play)
    final = lived.home.rebuilds / SUNDAY / "made.txt"
    stands = []
    for _ in range(3):
        rebuilding.rebuild(
            lived.home,
            load_settings(lived.home.settings_file),
            date.fromisoformat(SUNDAY),
            known_at=None,
            wait_seconds=0,
            progress=lambda _: None,
        )
        stands.append(final.read_text())

    assert stands == ["nightly 0", "nightly 0", "nightly 2"]
    assert [each.name for each in lived.home.rebuilds.iterdir() if each.name[0] == "."] == []


def test_live_tables_equal_a_rebuild_and_a_row_changed_by_hand_does_not(
    lived: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "home"
    shutil.copytree(lived.home.root, root, symlinks=True)
    made = Installation(Home(root), monkeypatch)
    # A night between the others: the later ones' changes are reckoned anew.
    made.night(BETWEEN)
    # Meant for the next night.
    made.home.playbook_file.write_text("segment_id,offer\nrfm.lost,A letter\n")

    green = made.strata("reconcile")

    assert green.exit_code == 0, green.output
    assert f"night of {BETWEEN}" in green.output
    with closing(duckdb.connect(str(made.home.warehouse))) as connection:
        connection.execute(
            "update core.customer_days set revenue = revenue + 1 "
            "where customer_id = 'C001' and day = (select max(day) from core.customer_days "
            "where customer_id = 'C001')"
        )
        connection.execute("delete from core.transactions where order_id = 'L1'")
        connection.execute(
            "delete from staging.landing_rows_lost where rowid = "
            "(select min(rowid) from staging.landing_rows_lost)"
        )
        connection.execute("update marts.customer_360 set monetary = 0 where customer_id = 'C006'")
        connection.execute(
            "update segments.segment_stays set entry_reason = 'none' "
            "where customer_id = 'C006' and scheme = 'rfm' and valid_to is null"
        )
        connection.execute(
            "insert into marts.fct_daily_revenue select * from marts.fct_daily_revenue limit 1"
        )

    red = made.strata("reconcile")

    assert red.exit_code == 1, red.output
    report = (made.home.reports / f"reconcile-{BETWEEN}.txt").read_text()
    for words in (
        "in 6 of",
        "staging.landing_rows_lost: 1 rows differ",
        "source_table=transactions, file_seq=",
        "core.customer_days: 2 rows differ",
        "customer_id=C001, day=2024-",
        ": revenue",
        "core.transactions: 1 rows differ",
        "only rebuilt",
        "marts.customer_360: 2 rows differ",
        "customer_id=C006: monetary",
        "segments.segment_stays: 2 rows differ",
        "marts.fct_daily_revenue: 1 rows differ",
        "only live",
    ):
        assert words in red.output, words
        assert words in report, words

    with open_instance(made.home) as instance:
        job = build_definitions(made.home).resolve_job_def(RECONCILE)
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        [evaluation] = result.get_asset_check_evaluations()
        events = [record.to_json() for record in instance.all_logs(result.run_id)]
    assert not result.success
    assert not evaluation.passed
    assert evaluation.metadata["measured"].value == 6
    assert "marts.customer_360: 2 rows differ" in str(evaluation.metadata["differences"].value)
    # The UI has no login: it is not told whose rows they are.
    assert any("marts.customer_360" in event for event in events)
    assert not any("C006" in event or "C001" in event for event in events)
