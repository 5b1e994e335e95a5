"""The history of runs in a Postgres server of Debian's packages."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import psycopg2
import pytest

from orchestration import run_retention
from orchestration.assets import ingest
from orchestration.instance import POSTGRES_VARIABLE, open_instance
from orchestration.run_retention import drop_old_run_logs
from tests.conftest import NIGHT, Installation
from tests.faults.test_private_errors import PERSONAL, quote_a_customer

pytestmark = pytest.mark.long

STARTS = dg.DagsterEventType.STEP_START


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """Start a server on a socket in a folder of its own; root runs it as Debian's user."""
    [programs] = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    # pytest's own folder is closed to other users, and a socket's path may not be long.
    folder = Path(tempfile.mkdtemp(prefix="strata-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)

    run("initdb", "-A", "trust", "-U", "owner", "--no-sync")
    options = f"-c unix_socket_directories={folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql://owner@/postgres?host={folder}"
    run("pg_ctl", "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


def test_a_night_writes_its_history_to_postgres_and_nothing_personal(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv(POSTGRES_VARIABLE, postgres_url)
    installation.night(NIGHT)
    monkeypatch.setattr(ingest, "ingest", quote_a_customer)
    assert installation.strata("run", "--as-of", NIGHT).exit_code == 1

    with open_instance(installation.home) as instance:
        failed, good = instance.get_runs()
        assert (failed.status.value, good.status.value) == ("FAILURE", "SUCCESS")
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from runs")
        assert cursor.fetchone() == (2,)
        cursor.execute("select event from event_logs")
        events = "\n".join(event for (event,) in cursor.fetchall())
    monkeypatch.setattr(run_retention, "RUN_LOG_DAYS", -1)
    with open_instance(installation.home) as instance:
        assert drop_old_run_logs(instance) == 2
        made = instance.get_materialized_partitions(dg.AssetKey(["serving", "strata"]))
        assert made == {NIGHT}
        assert [len(instance.all_logs(run.run_id, of_type=STARTS)) for run in (failed, good)] == [
            0,
            0,
        ]
    assert "ASSET_MATERIALIZATION" in events
    assert "RowError" in events
    assert not [text for text in PERSONAL if text in events]
    assert not (installation.home.dagster / "history").exists()
    assert not list(installation.home.dagster.rglob("*.db"))
