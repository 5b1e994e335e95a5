"""A real Superset: the dashboard imported, looked at, and asked while nights publish."""

import json
import shutil
import socket
import stat
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from bi.superset.bundle import SOURCE
from bi.superset.client import SupersetClient
from bi.superset.installation import PROGRAMS
from bi.superset.installation import Installation as Superset
from bi.superset.server import connected, import_dashboard, served
from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import kept_issues
from orchestration.publishing.tables import PUBLISHED
from tests.conftest import SETTINGS, Installation, customers_csv, orders_csv

pytestmark = [pytest.mark.long, pytest.mark.browser]

LOOK = SOURCE.with_name("look.py")
LATEST = [table for table, published in PUBLISHED.items() if published.is_latest]
ONE_NIGHT = " union ".join(f"select run_id from marts.{table}" for table in LATEST)
RESTORES = 12


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return a home with one published night of 120 customers."""
    root = tmp_path_factory.mktemp("shop")
    (root / "strata.yml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = Installation(Home(root), monkeypatch)
        made.land("customers", "customers.csv", customers_csv())
        made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
        made.land("transactions", "orders.csv", orders_csv())
        made.night("2024-06-27")
        yield made


@pytest.fixture(scope="module")
def superset(shop: Installation) -> Superset:
    prepared = Superset(shop.home)
    prepared.prepare()
    return prepared


@pytest.fixture(scope="module")
def port(superset: Superset) -> Iterator[int]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    with served(superset, number):
        yield number


@pytest.fixture(scope="module")
def client(superset: Superset, port: int) -> Iterator[SupersetClient]:
    with closing(connected(superset, port)) as session:
        assert import_dashboard(superset, session)
        yield session


@pytest.fixture(scope="module")
def looked(
    client: SupersetClient, superset: Superset, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Return what a browser met on the dashboard, and where its pictures are."""
    folder = tmp_path_factory.mktemp("pictures")
    done = subprocess.run(
        [str(PROGRAMS / "python"), str(LOOK), client.url, str(superset.password_file), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "folder": folder}


def database_id(client: SupersetClient) -> int:
    [database] = client.get("/api/v1/database/")["result"]
    return int(database["id"])


def ask(client: SupersetClient, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query that a person types into SQL Lab."""
    asked = {"database_id": database_id(client), "sql": sql, "runAsync": False}
    rows: list[dict[str, Any]] = client.post("/api/v1/sqllab/execute/", json=asked)["data"]
    return rows


def test_a_browser_sees_every_chart_and_no_error(looked: dict[str, Any]) -> None:
    charts = [yaml.safe_load(path.read_text()) for path in (SOURCE / "charts").glob("*.yaml")]
    assert looked["errors"] == []
    assert looked["refused"] == []
    assert Counter(looked["titles"]) == Counter(chart["slice_name"] for chart in charts)
    assert len(looked["queries"]) > len(charts)
    pictures = {path.name: path.stat().st_size for path in looked["folder"].glob("*.png")}
    assert len(pictures) == 5
    assert min(pictures.values()) > 40_000, pictures


@dataclass
class Loop:
    """A person who reloads the dashboard again and again, and asks which night it is."""

    client: SupersetClient
    queries: list[dict[str, Any]]
    stop: threading.Event = field(default_factory=threading.Event)
    reads: int = 0
    nights: list[str] = field(default_factory=list)
    mixed: list[list[str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def run(self) -> None:
        while not self.stop.is_set():
            for number, query in enumerate(self.queries):
                if self.stop.is_set():
                    break
                self.read(query)
                if number % 4 == 0:
                    self.look_at_the_night()
        self.look_at_the_night()

    def read(self, query: dict[str, Any]) -> None:
        # A person looks at what came; without a pause Superset would take a processor from the
        # nights that are to be published meanwhile.
        self.stop.wait(0.2)
        self.reads += 1
        try:
            answers = self.client.post("/api/v1/chart/data", json={**query, "force": True})
        except StrataError as error:
            self.errors.append(str(error))
            return
        self.errors += [each["error"] for each in answers["result"] if each["error"]]

    def look_at_the_night(self) -> None:
        self.reads += 1
        try:
            found = [row["run_id"] for row in ask(self.client, ONE_NIGHT)]
        except StrataError as error:
            self.errors.append(str(error))
            return
        if len(found) != 1:
            self.mixed.append(found)
        elif self.nights[-1:] != found:
            self.nights += found


def test_every_chart_answers_while_nights_publish(
    shop: Installation,
    client: SupersetClient,
    looked: dict[str, Any],
    record_property: Any,
) -> None:
    loop = Loop(client, looked["queries"])
    reading = threading.Thread(target=loop.run)
    reading.start()
    try:
        for day in ("2024-06-28", "2024-06-29", "2024-06-30"):
            shop.night(day)
        runs = [issue.run_id for issue in kept_issues(shop.home)]
        for number in range(RESTORES):
            assert shop.strata("publish", "--restore", runs[number % len(runs)]).exit_code == 0
        shop.strata("publish", "--restore", runs[-1])
    finally:
        loop.stop.set()
        reading.join()
    nights, wrong = len(loop.nights), f"{len(loop.mixed)} mixed, {len(loop.errors)} errors"
    line = f"{'Superset 6.1.0':<24}{loop.reads:>6} reads {nights:>4} nights seen, {wrong}"
    record_property("reading loop", line)
    assert loop.errors == []
    assert loop.mixed == []
    assert loop.nights[-1] == runs[-1]
    assert len(loop.nights) >= 4
    assert loop.reads > 2 * len(looked["queries"])


@pytest.mark.parametrize("may_write", [False, True])
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("copy (select 1) to '{folder}/out.csv'", "file system operations are disabled"),
        ("select * from read_csv('/etc/passwd')", "file system operations are disabled"),
        ("set enable_external_access = true", "configuration has been locked"),
        ("set threads = 2", "configuration has been locked"),
        ("attach '{folder}/other.duckdb'", "file system operations are disabled"),
    ],
)
def test_the_connection_is_shut_whatever_superset_allows(
    client: SupersetClient, tmp_path: Path, statement: str, refusal: str, may_write: bool
) -> None:
    path = f"/api/v1/database/{database_id(client)}"
    client.put(path, json={"allow_dml": may_write})
    try:
        with pytest.raises(StrataError, match=refusal):
            ask(client, statement.format(folder=tmp_path))
    finally:
        client.put(path, json={"allow_dml": False})
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_the_owners_alone(superset: Superset) -> None:
    for path in (superset.password_file, superset.folder / "secret-key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(superset.folder.stat().st_mode) == 0o700


def test_what_people_changed_is_not_imported_over(
    superset: Superset, client: SupersetClient
) -> None:
    assert not import_dashboard(superset, client)


def test_the_programs_are_there() -> None:
    assert shutil.which("chromium"), "apt-get install -y chromium"
    assert (PROGRAMS / "superset").exists(), "make superset sets the environment up"
