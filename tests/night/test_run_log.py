"""What each run knew is written down, and a rebuild can be asked for it or says why not."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.landing.schema import create_raw_schema
from orchestration.ops_tables import create_ops_schema
from orchestration.rebuild_plan import plan_as_known_at
from orchestration.run_log import find_run, known_runs, record_run
from orchestration.settings import Settings

FIRST, SECOND = date(2024, 5, 1), date(2024, 5, 2)
SETTINGS = Settings.model_validate(
    {"rfm": {"window_days": 90}, "alerts": {"webhook_url": "https://hooks.example.com/secret"}}
)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a warehouse of two nights; a second file landed in between."""
    with duckdb.connect() as connection:
        create_raw_schema(connection)
        create_ops_schema(connection)
        land(connection, 1, "may.csv")
        record_run(connection, FIRST, "aaaa-1", SETTINGS)
        land(connection, 2, "late.csv")
        record_run(connection, SECOND, "bbbb-2", Settings())
        yield connection


def land(connection: duckdb.DuckDBPyConnection, file_seq: int, name: str) -> None:
    connection.execute(
        "insert into raw.files values (?, 'transactions', ?, ?, 1, 1, null, 'x', "
        "timestamp '2024-05-01', 'loaded', null)",
        [file_seq, name, f"sha-{file_seq}"],
    )


def test_a_run_is_remembered_with_its_files_and_rules_and_no_secret(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first, second = known_runs(warehouse)

    assert (first.run_id, first.as_of_date, first.last_file_seq) == ("aaaa-1", FIRST, 1)
    assert (second.run_id, second.as_of_date, second.last_file_seq) == ("bbbb-2", SECOND, 2)
    assert first.settings["rfm"]["window_days"] == 90
    assert "secret" not in json.dumps(first.settings)


def test_an_unknown_run_is_answered_with_the_known_ones_and_their_nights(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(InputError, match=r"bbbb-2 \(night of 2024-05-02\), aaaa-1"):
        find_run(known_runs(warehouse), "cccc")
    assert find_run(known_runs(warehouse), "aaaa").run_id == "aaaa-1"


def test_a_plan_takes_the_runs_files_and_settings_and_no_model_learned_later(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    now = Settings(threads=3)

    plan = plan_as_known_at(warehouse, Home(tmp_path), now, SECOND, "aaaa-1")

    assert plan.copy.last_file_seq == 1
    assert plan.copy.unknown_nights == (SECOND,)
    assert plan.settings.rfm.window_days == 90
    assert plan.settings.threads == 3
    assert plan.settings.alerts.webhook_url is None
    assert any("1 files that landed since are left out" in note for note in plan.notes)


def test_an_earlier_night_that_was_run_since_is_said(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    record_run(warehouse, FIRST, "cccc-3", Settings())

    plan = plan_as_known_at(warehouse, Home(tmp_path), Settings(), SECOND, "bbbb-2")

    assert any("1 earlier nights were run after" in note for note in plan.notes)


def test_a_file_taken_back_since_makes_the_run_unknowable_and_before_it_does_not(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute("update raw.files set status = 'unloaded' where file_seq = 1")

    with pytest.raises(InputError, match=r"taken back since \(transactions/may.csv\)"):
        plan_as_known_at(warehouse, Home(tmp_path), Settings(), SECOND, "bbbb-2")

    record_run(warehouse, SECOND, "dddd-4", Settings())
    plan = plan_as_known_at(warehouse, Home(tmp_path), Settings(), SECOND, "dddd-4")
    assert plan.copy.last_file_seq == 2
