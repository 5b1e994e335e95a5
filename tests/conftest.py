"""Homes with a little data, and the command line run inside the test's process."""

import gc
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from click.testing import CliRunner, Result

from models import segmenter, selection, stability
from models.candidates import Selection
from orchestration.cli import main
from orchestration.home import Home

pytest_plugins = ("tests.database_servers",)

# A process of tests holds millions of objects that live as long as it does: searched for garbage
# less often, a night in it takes a tenth less.
gc.set_threshold(200_000, 50, 50)

NIGHT = "2024-06-30"
SETTINGS = "time_zone: Europe/London\ncurrency: GBP\n"


def settings_without_a_night_due_soon() -> str:
    """Return settings for a home with a daemon: the schedule's own night is half a day away."""
    at = datetime.now(ZoneInfo("Europe/London")) + timedelta(hours=12)
    return f"{SETTINGS}schedule: {{at: '{at:%H:%M}'}}\n"


Select = Callable[..., Selection]


@pytest.fixture(scope="session", autouse=True)
def fewer_trials() -> Iterator[Select]:
    """Fit models with fewer resamples and candidates: most tests are about what comes after.

    What stands behind a fit (`test_selection`, `test_stability`, `test_verdict`) is called there by
    itself, with the product's own numbers; `all_trials` fits with them.
    """
    select = segmenter.select_clustering

    def with_fewer(*args: Any, **kwargs: Any) -> Selection:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stability, "RESAMPLES", 12)
            patch.setattr(selection, "RESAMPLES", 12)
            patch.setattr(selection, "CANDIDATES", range(2, 7))
            return select(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmenter, "select_clustering", with_fewer)
        yield select


@pytest.fixture(scope="module")
def all_trials(fewer_trials: Select) -> Iterator[None]:
    """Fit models as the product does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmenter, "select_clustering", fewer_trials)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the reading loops saw: that no reader meets an error is a figure, not a dot."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    loops = [
        line
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == "reading loop"
    ]
    if loops:
        terminalreporter.section("reading loops while nights publish")
        terminalreporter.write("".join(f"{line}\n" for line in loops))


@dataclass(frozen=True)
class Installation:
    """One home, and what a person can do with it."""

    home: Home
    monkeypatch: pytest.MonkeyPatch

    def land(self, table: str, name: str, text: str) -> Path:
        folder = self.home.landing / table
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def strata(self, *arguments: str) -> Result:
        self.monkeypatch.setenv("STRATA_HOME", str(self.home.root))
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    def night(self, day: str) -> str:
        """Run one night that has to go through; return what was printed."""
        result = self.strata("run", "--as-of", day)
        assert result.exit_code == 0, result.output
        return result.output

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        path = self.home.serving / "strata.duckdb"
        with duckdb.connect(str(path.resolve()), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def manifest(self) -> dict[str, Any]:
        path = self.home.serving / "parquet" / "manifest.json"
        return json.loads(path.read_text())  # type: ignore[no-any-return]


@pytest.fixture
def new_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Installation]:
    def make(name: str = "home") -> Installation:
        root = tmp_path / name
        root.mkdir()
        (root / "strata.yml").write_text(SETTINGS)
        return Installation(Home(root), monkeypatch)

    return make


@pytest.fixture
def installation(new_installation: Callable[[], Installation]) -> Installation:
    """Return a home with two years of 120 customers: enough for every scheme there is."""
    made = new_installation()
    made.land("customers", "customers.csv", customers_csv())
    made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
    made.land("transactions", "orders.csv", orders_csv())
    return made


def shop_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return a home in a folder, with customers and orders landed; for fixtures of a module."""
    (root / "strata.yml").write_text(SETTINGS)
    made = Installation(Home(root), monkeypatch)
    made.land("customers", "customers.csv", customers_csv())
    made.land("transactions", "orders.csv", orders_csv())
    return made


def customers_csv() -> str:
    lines = ["customer_id,created_at,birth_date,city,profiling_consent"]
    for number in range(120):
        consent = "false" if number % 40 == 39 else "true"
        city = ("Leeds", "York", "Hull")[number % 3]
        lines.append(
            f"C{number:03d},2022-06-01,{1950 + number % 55}-03-0{1 + number % 9},{city},{consent}"
        )
    return "\n".join(lines) + "\n"


def orders_csv() -> str:
    """Return orders whose pace and basket differ by group, returns and guests among them."""
    lines = [
        "order_id,line_id,customer_id,ordered_at,product_id,quantity,amount,discount_amount,"
        "original_order_id"
    ]
    last = date(2024, 6, 30)
    for number in range(120):
        pace = (9, 31, 75, 160)[number % 4]
        basket = (12, 45, 20, 140)[number % 4]
        day = last - timedelta(days=(number * 7) % (2 * pace))
        step = 0
        while day > date(2022, 7, 1):
            order = f"{number:03d}-{step:03d}"
            customer = "" if number == 77 else f"C{number:03d}"
            for line in range(1, 2 + (number + step) % 3):
                product = f"P{1 + (number + line + step) % 3}"
                amount = basket + (number * 13 + step * 7 + line) % 10
                discount = amount // 5 if (number + step) % 3 == 0 else 0
                lines.append(
                    f"{order},{line},{customer},{day} 10:{step % 60:02d},{product},{line},"
                    f"{amount}.50,{discount},"
                )
            if step % 9 == 4 and customer:
                returned = day + timedelta(days=3)
                if returned <= last:
                    product = f"P{1 + (number + 1 + step) % 3}"
                    lines.append(
                        f"R{order},1,{customer},{returned} 12:00,{product},"
                        f"-1,-{basket}.00,0,{order}"
                    )
            day -= timedelta(days=pace + (number * 5 + step * 11) % (pace // 2 + 1))
            step += 1
    return "\n".join(lines) + "\n"
