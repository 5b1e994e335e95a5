"""Planted data are what their truth says: the same bytes, row for row, and in every table."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.landing_schema import LANDING
from orchestration.samples.landing import land_sample
from orchestration.samples.planted import (
    PlantedReport,
    PlantedSpec,
    expected_balance,
    write_next_day,
    write_planted,
)
from orchestration.samples.planted.overlap import bayes_error
from orchestration.samples.planted.world import BAYES_ERROR, NOISE
from orchestration.settings import load_settings
from tests.conftest import Installation

# Longer than the longest delay, so that everything that can arrive does.
SPEC = PlantedSpec(customers=800, days=300, seed=7, last_day=date(2024, 6, 20))
NEXT = SPEC.last_day + timedelta(days=1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, PlantedReport]:
    """Plant one small shop for all tests of this file; they copy what they change."""
    home = Home(tmp_path_factory.mktemp("planted [a]"))
    return home, write_planted(SPEC, home.landing, home.truth)


@pytest.fixture
def landed(planted: tuple[Home, PlantedReport], landing: Any) -> Any:
    """Return a landing folder of one's own with the planted files, taken in."""
    for folder in ("landing", "truth"):
        shutil.copytree(planted[0].root / folder, landing.home.root / folder)
    landing.set(currency="EUR")
    landing.ingest()
    return landing


def test_every_landing_table_has_rows(planted: tuple[Home, PlantedReport]) -> None:
    _, report = planted
    assert {table: report.rows(table) > 0 for table in LANDING} == dict.fromkeys(LANDING, True)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(
    planted: tuple[Home, PlantedReport], tmp_path: Path
) -> None:
    home, report = planted
    before = _hashes(home.root)
    again = write_planted(SPEC, home.landing, home.truth)
    assert not any(each.is_new for each in again.files)
    elsewhere = Home(tmp_path / "same")
    write_planted(SPEC, elsewhere.landing, elsewhere.truth)
    assert _hashes(elsewhere.root) == before == _hashes(home.root)

    other = Home(tmp_path / "other")
    spec = PlantedSpec(SPEC.customers, SPEC.days, seed=8, last_day=SPEC.last_day)
    assert write_planted(spec, other.landing, other.truth).files != report.files
    same = [
        name
        for name, sha in _hashes(other.landing).items()
        if sha == before.get(f"landing/{name}") and not name.startswith("survey")
    ]
    assert sorted(same) == [
        "campaigns/2024-06-20.csv",
        "products/2024-06-20.parquet",
        "stores/2024-06-20.csv",
    ]


def test_a_later_day_changes_no_file_and_needs_no_day_between(
    planted: tuple[Home, PlantedReport], tmp_path: Path
) -> None:
    home, _ = planted
    roots = []
    for name in ("all days", "one day"):
        root = tmp_path / name
        shutil.copytree(home.root, root)
        roots.append(Home(root))
    every, one = roots
    before = _hashes(home.root)
    day = NEXT + timedelta(days=1)
    write_next_day(SPEC, every.landing, every.truth, day=NEXT)
    report = write_next_day(SPEC, every.landing, every.truth, day=day)
    write_next_day(SPEC, one.landing, one.truth, day=day)

    assert report.rows("transactions") > 0
    after = _hashes(every.root)
    assert {name: after[name] for name in before} == before
    added = {name: sha for name, sha in _hashes(one.root).items() if name not in before}
    assert all(Path(name).stem.endswith(str(day)) for name in added)
    assert {name for name, sha in added.items() if after.get(name) != sha} <= {
        f"landing/control_totals/{day}.csv",
        f"truth/balance-{day}.parquet",
    }


@pytest.mark.parametrize("overlap", list(NOISE))
def test_the_segments_overlap_as_much_as_is_said(overlap: Any) -> None:
    error = bayes_error(NOISE[overlap], customers=800_000, random_state=3)
    assert error == pytest.approx(BAYES_ERROR[overlap], abs=0.004)


def test_the_points_lie_around_the_centres_of_their_segments(
    planted: tuple[Home, PlantedReport],
) -> None:
    truth = planted[0].truth
    [(customers, rms)] = _ask(
        f"""
        select count(*), sqrt(avg((people.pace - segments.pace) ** 2))
        from {_parquet(truth, "customers-*")} as people
        inner join {_parquet(truth, "segments")} as segments using (segment)
        """
    )
    assert customers == SPEC.customers
    assert rms == pytest.approx(NOISE[SPEC.overlap], rel=0.1)


def test_as_many_lines_come_as_the_rates_say(planted: tuple[Home, PlantedReport]) -> None:
    home, report = planted
    [(lines,)] = _ask(
        f"select count(distinct (order_id, line_id)) from {_parquet(home.landing, 'transactions')} "
        "where transaction_type is null"
    )
    assert lines == pytest.approx(report.expected_lines, rel=0.05)


def test_nobody_orders_before_they_come_or_after_they_leave(landed: Any) -> None:
    """Orders of the last month may still be corrected: the customer may be a wrong one."""
    standing = """
        select max_by(customer_id, file_seq * 1e9 + row_number) as customer_id,
            max_by(ordered_date, file_seq * 1e9 + row_number) as ordered_date
        from raw.transactions
        where coalesce(transaction_type, 'sale') = 'sale'
        group by order_id, line_id
    """
    people = _parquet(landed.home.truth, "customers-*")
    [(lines, leavers, early, late)] = landed.query(
        f"""
        select
            count(*),
            count(*) filter (where people.churn_date <= date '{SPEC.last_day}'),
            count(*) filter (where ordered_date < people.acquired_on),
            count(*) filter (where ordered_date >= people.churn_date)
        from ({standing}) as standing
        inner join {people} as people using (customer_id)
        where ordered_date < date '{SPEC.last_day - timedelta(days=31)}'
        """
    )
    assert lines > 10_000
    assert leavers > 100
    assert (early, late) == (0, 0)


def test_lines_come_late_move_and_are_returned(landed: Any) -> None:
    [(late, very_late)] = landed.query(
        """
        select
            count(*) filter (where ordered_date < date_trunc('month', file_name[:10]::date)),
            count(*) filter (where file_name[:10]::date - ordered_date >= 120)
        from raw.transactions
        inner join raw.files using (file_seq)
        where transaction_type = 'sale'
        """
    )
    assert late > very_late > 0
    [(moved,)] = landed.query(
        """
        select count(*)
        from raw.transactions as first
        inner join raw.transactions as later using (order_id, line_id)
        where first.customer_id <> later.customer_id and first.ordered_date < later.ordered_date
        """
    )
    assert moved > 0
    kinds = landed.query("select distinct transaction_type from raw.transactions order by all")
    assert [kind for (kind,) in kinds] == ["adjustment", "cancellation", "fee", "return", "sale"]


def test_the_randomised_campaign_multiplies_the_rate_of_the_treated_only(
    planted: tuple[Home, PlantedReport],
) -> None:
    truth = planted[0].truth
    rows = _ask(
        f"""
        with treated as (
            select customer_id, spring_trial_arm from {_parquet(truth, "customers-*")}
        ),
        stays as (select * from {_parquet(truth, "stays-*")})
        select
            effects.order_rate_factor::double,
            (1 + usual.order_interval / extra.order_interval)::double,
            treated.spring_trial_arm,
            extra.valid_to - extra.valid_from
        from stays as extra
        inner join treated using (customer_id)
        inner join stays as usual
            on usual.customer_id = extra.customer_id
            and usual.kind like 'stay%'
            and extra.valid_from >= usual.valid_from
            and extra.valid_from < coalesce(usual.valid_to, date '9999-01-01')
        inner join {_parquet(truth, "campaign_effects")} as effects
            on effects.segment = extra.segment and effects.is_randomised
        where extra.kind = 'campaign'
        """
    )
    assert len({factor for factor, *_ in rows}) == 4
    assert all(measured == pytest.approx(factor, abs=1e-3) for factor, measured, *_ in rows)
    assert {arm for _, _, arm, _ in rows} == {"treatment"}
    assert max(days for *_, days in rows) == 30


def test_the_ingest_rejects_what_the_truth_says(landed: Any) -> None:
    counted = landed.query(
        """
        select source_table, file_name, rows_in, count(rejected_rows.file_seq)
        from raw.files
        left join raw.rejected_rows using (file_seq, source_table)
        group by all
        order by all
        """
    )
    balance = expected_balance(landed.home.truth, SPEC.last_day)
    assert counted == [(table, file, rows, bad) for table, file, rows, *_, bad in balance]
    reasons = set(landed.reasons())
    assert reasons >= {"missing_amount", "bad_ordered_at", "other_currency", "missing_customer_id"}
    nulled = landed.query("select source_table, column_name from raw.nulled_values")
    assert nulled == [("credit_events", "days_past_due")]


def test_another_sample_in_the_same_home_is_refused(planted: tuple[Home, PlantedReport]) -> None:
    home, _ = planted
    before = _hashes(home.root)
    with pytest.raises(InputError, match=r"Another planted sample.*customers 800, days 300"):
        write_planted(PlantedSpec(801, 300), home.landing, home.truth)
    with pytest.raises(InputError, match="2024-06-20 is no later day"):
        write_next_day(SPEC, home.landing, home.truth, day=SPEC.last_day)
    assert _hashes(home.root) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"customers": 1}, "1 customers cannot be planted: 10 to"),
        ({"days": 9}, "9 days cannot be planted: 60 to"),
        ({"overlap": "some"}, "no overlap `some`: low, medium, high"),
        ({"last_day": date(2001, 1, 1)}, "begin too early"),
    ],
)
def test_what_cannot_be_planted_is_said(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        PlantedSpec(**arguments)


def test_settings_of_another_time_zone_stop_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings_file.write_text("time_zone: Europe/London\n")
    with pytest.raises(InputError, match=r"time_zone: Europe/London.*days of UTC"):
        land_sample(home, "planted", spec=SPEC)
    assert [path.name for path in tmp_path.iterdir()] == ["strata.yml"]


def test_the_command_line_lands_it_and_says_what_to_expect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Installation(Home(tmp_path / "shop"), monkeypatch)
    words = ("--customers", "20", "--days", "60", "--seed", "5", "--overlap", "low")
    result = shop.strata("sample", "planted", *words, "--end", "2024-03-31")
    assert result.exit_code == 0, result.output
    assert "order lines are expected, of 20 customers over 60 days" in result.stderr
    assert "Bayes error 2.0%" in result.stderr
    assert f"{shop.home.truth}: what is true of it" in result.stdout
    settings = load_settings(shop.home.settings_file)
    assert (settings.time_zone, settings.currency, settings.run_until_data) == ("UTC", "EUR", True)

    wrong = shop.strata("sample", "complete-journey", "--customers", "20")
    assert wrong.exit_code == 2
    assert "belong to `strata sample planted`" in wrong.stderr


@pytest.mark.long
def test_two_nights_count_exactly_what_the_truth_says(
    planted: tuple[Home, PlantedReport],
    new_installation: Callable[[], Installation],
) -> None:
    shop = new_installation()
    for folder in ("landing", "truth"):
        shutil.copytree(planted[0].root / folder, shop.home.root / folder)
    shop.home.settings_file.write_text("time_zone: UTC\ncurrency: EUR\nrun_until_data: true\n")
    for day in (SPEC.last_day, NEXT):
        if day == NEXT:
            write_next_day(SPEC, shop.home.landing, shop.home.truth, day=day)
        shop.night(str(day))
        assert shop.published(
            "select source_table, file_name, rows_in, accepted, duplicates, superseded, rejected "
            "from marts.fct_landing_balance order by all"
        ) == expected_balance(shop.home.truth, day)
        with duckdb.connect(str(shop.home.warehouse), read_only=True) as connection:
            unequal = connection.execute(
                """
                select totals.month, totals.revenue, months.revenue
                from core.control_totals as totals
                full join (
                    select strftime(ordered_date, '%Y-%m') as month, sum(amount) as revenue
                    from core.transactions
                    group by month
                ) as months on totals.month = months.month
                where totals.revenue is distinct from months.revenue
                """
            ).fetchall()
        assert unequal == []


def _hashes(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _parquet(folder: Path, name: str) -> str:
    """Return a source of SQL: a truth's files by their name, or a whole landing table."""
    files = folder.glob(f"{name}.parquet") if folder.name == "truth" else folder.glob(f"{name}/*")
    listed = ", ".join(f"'{_quoted(path)}'" for path in sorted(files))
    return f"read_parquet([{listed}])"


def _quoted(path: Path) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path)).replace("'", "''")


def _ask(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        return connection.execute(sql).fetchall()
