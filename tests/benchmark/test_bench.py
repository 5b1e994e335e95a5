"""The benchmark measures the right thing: its bare script makes what Strata makes."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from bench.__main__ import main
from bench.agreement import differences
from bench.bare.schemes import SCHEMES
from bench.bare.script import BareNight, run
from bench.data import LAST_DAY, Size, link_into, prepare, prepare_next_day
from bench.options import read_options
from bench.results import Case, Line, median, table_text
from bench.rfm_features import models, tell
from orchestration.dbt import WAREHOUSE_VARIABLE

# Of the few customers that are tested on, too few answer a survey.
SCHEMES_TOLD = tuple(scheme for scheme in SCHEMES if scheme != "psychographic")
TABLES = (
    "core.transactions",
    "core.customer_days",
    "core.daily_revenue",
    "core.landing_balance",
    "features.customer_rfm",
    "features.customer_behaviour",
    "features.customer_preferences",
    "features.category_rules",
    "features.customer_deals",
    "features.customer_engagement",
    "features.customer_touches",
    "features.survey_factor_scores",
    "features.customer_balances",
    *(f"segments.{scheme}" for scheme in SCHEMES_TOLD),
)


@pytest.mark.long
def test_the_bare_script_comes_to_the_same_as_strata_on_both_nights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--lines", "20000", "--repeat", "1", "--work", str(tmp_path / "work")]
    cases = ["--case", "first-night", "--case", "next-night"]
    assert main([*options, *cases, "--out", str(tmp_path / "out")]) == 0
    (path,) = (tmp_path / "out").glob("*.json")
    told = json.loads(path.read_text())["cases"]
    for case in ("first-night", "next-night"):
        (pair,) = told[case]["raw"]["nights"]
        assert min(rows["rows"] for rows in pair["differences"].values()) > 0
        assert {
            name: (rows["only_strata"], rows["only_bare"])
            for name, rows in pair["differences"].items()
        } == dict.fromkeys(pair["differences"], (0, 0))
        assert pair["strata"]["peak_bytes"] > 0
        assert pair["strata"]["line_seconds"] > 0
    assert "First night" in capsys.readouterr().out
    assert not list((tmp_path / "work" / "homes").glob("*"))


@pytest.fixture
def bare_night(tmp_path: Path) -> Callable[[str, date], duckdb.DuckDBPyConnection]:
    def make(name: str, day: date) -> duckdb.DuckDBPyConnection:
        database = tmp_path / name / "bare.duckdb"
        database.parent.mkdir(exist_ok=True)
        run(
            BareNight(
                landings=[tmp_path / name / "landing"],
                database=database,
                published=tmp_path / name / "published",
                as_of_date=day,
                r=1.5,
                alpha=40.0,
                currency="EUR",
                memory_limit="1GB",
                threads=2,
            )
        )
        return duckdb.connect(str(database), read_only=True)

    return make


def _moved_lines(history: Path, landing: Path) -> Path:
    """Send some old lines again, now of another customer and an earlier day."""
    target = landing / "transactions" / "later.parquet"
    target.parent.mkdir(parents=True)
    duckdb.sql(f"""
        copy (
            select * replace (
                'C0000007' as customer_id, ordered_at - interval 3 day as ordered_at
            )
            from '{history}/transactions/*.parquet'
            where amount > 0 and line_id = 1 and order_id like '%3'
        ) to '{target}' (format parquet)
    """)
    return landing


def test_the_bare_next_night_is_a_first_night_over_all_files(
    tmp_path: Path, bare_night: Callable[[str, date], duckdb.DuckDBPyConnection]
) -> None:
    size = Size(customers=300, days=100, seed=3)
    history = prepare(size, tmp_path / "work")
    later = prepare_next_day(size, tmp_path / "work", days_later=1)
    moved = _moved_lines(history, tmp_path / "moved")
    night = LAST_DAY + timedelta(days=1)
    link_into(tmp_path / "step_by_step" / "landing", history)
    bare_night("step_by_step", LAST_DAY).close()
    for source in (later, moved):
        link_into(tmp_path / "step_by_step" / "landing", source)
    for source in (history, later, moved):
        link_into(tmp_path / "at_once" / "landing", source)
    with bare_night("step_by_step", night) as one, bare_night("at_once", night) as other:
        assert one.execute(
            "select count(*) from raw.lost where row_status = 'superseded'"
        ).fetchone() > (20,)
        for table in TABLES:
            # A file's number depends on what was loaded before it; nothing else may.
            query = f"select columns(c -> c not in ('file_seq')) from {table} order by all"
            rows = one.execute(query).fetchall()
            assert rows == other.execute(query).fetchall(), table
            assert rows, table
    published = tmp_path / "at_once" / "published"
    told = duckdb.sql(f"""
        select scheme, count(reason_1)
        from '{published}/fct_customer_segments.parquet'
        where starts_with(segment_id, scheme || '.')
        group by scheme
    """).fetchall()
    customers = duckdb.sql(f"select rfm_segment from '{published}/customer_360.parquet'")
    assert dict(told) == dict.fromkeys(SCHEMES_TOLD, len(customers.fetchall()))


def test_rows_that_one_side_alone_has_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "select customer_id, segment_id, score from segments"
    monkeypatch.setattr("bench.agreement.QUESTIONS", {"segments": (query, query)})
    warehouse, bare = tmp_path / "warehouse.duckdb", tmp_path / "by_hand.duckdb"
    rows = {
        warehouse: "('C1', 'a', 1.5::double), ('C2', 'b', null), ('C3', 'b', 2)",
        bare: "('C1', 'a', 1.5::decimal(4, 2)), ('C2', 'b', null), ('C3', 'c', 2)",
    }
    for path, values in rows.items():
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                f"create table segments as from (values {values}) "
                "as told(customer_id, segment_id, score)"
            )
    told = differences(warehouse, bare)
    assert told == {"segments": {"rows": 3, "only_strata": 1, "only_bare": 1}}


def test_sizes_may_be_written_short() -> None:
    options = read_options(["--lines", "50M", "--case", "rfm"])
    assert (options.lines, options.customers, options.days) == (50_000_000, 1_000_000, 1000)
    assert (options.cases, options.repeat) == (("rfm",), 1)
    shorter = read_options(["--lines", "1.5m", "--customers", "100k"])
    assert (shorter.customers, shorter.days, shorter.repeat) == (100_000, 300, 3)


def test_what_is_no_size_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        read_options(["--lines", "many"])
    assert stopped.value.code == 2
    assert "'many' is no size; write 50000000, 50M or 200K" in capsys.readouterr().err


def test_the_table_says_what_was_aimed_at_and_whether_it_was_reached() -> None:
    case = Case(
        "first-night",
        "First night: 5 lines",
        [
            Line("the whole night", "30.0 s", "10.0 s", 3.0, "at most 3 x", is_reached=True),
            Line("peak memory", "9.00 GiB", aim="under 8 GiB", is_reached=False),
        ],
    )
    text = table_text([case]).splitlines()
    assert text[2] == "First night: 5 lines"
    assert " ".join(text[3].split()) == "the whole night 30.0 s 10.0 s 3.00 at most 3 x ✓"
    assert text[4].endswith("under 8 GiB ✗")


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert median([9.0, 1.0, 4.0, 2.0]) == 3.0
    assert median([9.0, 1.0, 4.0]) == 4.0


def test_each_days_control_totals_go_on_from_those_before(tmp_path: Path) -> None:
    """A month's total that forgot the days before would stop the night at its blocking check."""
    size = Size(customers=3000, days=60, seed=3)
    prepare(size, tmp_path)
    second = prepare_next_day(size, tmp_path, days_later=2)
    days = ("history", "2026-01-01", "2026-01-02")
    told = [_totals(second.parents[1] / day / "landing") for day in days]

    # A day changes a month that is over a little, or says nothing of it.
    assert told[1]["2025-12"] != told[0]["2025-12"]
    for later in told[1:]:
        revised = later.get("2025-12", told[0]["2025-12"])
        assert revised == pytest.approx(told[0]["2025-12"], rel=0.1)
    assert told[2]["2026-01"] == pytest.approx(2 * told[1]["2026-01"], rel=0.4)


def _totals(landing: Path) -> dict[str, float]:
    files = landing / "control_totals" / "*.csv"
    return dict(duckdb.sql(f"select month, revenue from read_csv('{files}')").fetchall())


def test_rfm_is_measured_by_the_models_between_lines_and_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, str(tmp_path / "warehouse.duckdb"))
    found = models(tmp_path / "home")["models"]
    assert {"core/order_days", "core/customer_days", "features/customer_rfm"} < set(found)
    assert not {"staging/stg_landing__transactions", "features/customer_channels"} & set(found)


@pytest.mark.long
def test_rfm_told_by_itself_is_that_of_the_night(tmp_path: Path) -> None:
    options = ["--lines", "20000", "--repeat", "1", "--work", str(tmp_path / "work"), "--keep"]
    assert main([*options, "--case", "first-night", "--out", str(tmp_path / "out")]) == 0
    (home,) = (tmp_path / "work" / "homes").glob("*/strata")
    path = [name for name in models(home)["models"] if name.startswith("features/")]
    assert "features/known_order_days" in path
    before = _rfm_of(home)

    seconds = tell(home, *path)["seconds"]

    assert sorted(seconds) == sorted(path)
    assert sum(seconds.values()) > 0
    assert _rfm_of(home) == before
    with duckdb.connect(home / "warehouse.duckdb") as connection:
        connection.execute("drop table core.customer_days")
    with pytest.raises(RuntimeError, match="customer_days"):
        tell(home, *path)


def _rfm_of(home: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute("from features.customer_rfm order by customer_id").fetchall()
