"""A night that is interrupted or killed: what is said of it, and that nobody takes it for good."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.assets import ingest as ingest_assets
from orchestration.cli import nights as commands
from orchestration.dbt import invoke
from orchestration.home import Home
from tests.conftest import NIGHT, SETTINGS, Installation

NEXT_NIGHT = "2024-07-01"


@pytest.fixture
def on_time(published: Installation) -> Installation:
    """Return the published home with a setting under which no clock says that it is late."""
    published.home.settings_file.write_text(SETTINGS + "run_until_data: true\n")
    return published


def interrupt_itself(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def interrupt_after(monkeypatch: pytest.MonkeyPatch, words: str, number: int) -> None:
    """Send this process a signal as soon as it says so."""
    say = commands.say

    def say_and_stop(line: str) -> None:
        say(line)
        if words in line:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(commands, "say", say_and_stop)


def is_stale(installation: Installation) -> list[tuple[object, ...]]:
    return installation.published(
        "select is_stale, cast(as_of_date as varchar), cast(failed_as_of_date as varchar) "
        "from marts.run_info"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_night_interrupted_between_two_steps_leaves_the_tables_stale(
    on_time: Installation, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    interrupt_after(monkeypatch, "✓ ingest", number)

    result = on_time.strata("run", "--as-of", NEXT_NIGHT)

    assert result.exit_code == 1
    assert f"The night of {NEXT_NIGHT} was interrupted" in result.output
    assert "marked stale" in result.output
    assert is_stale(on_time) == [(True, NIGHT, NEXT_NIGHT)]
    status = on_time.strata("status")
    assert status.exit_code == 1
    assert status.output.startswith("STALE")
    assert f"The night of {NEXT_NIGHT} (run " in status.output
    assert "was broken off before its end" in status.output


def test_a_night_interrupted_within_a_step_is_said_to_be(
    on_time: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_assets, "ingest", interrupt_itself)

    result = on_time.strata("run", "--as-of", NEXT_NIGHT, "--json")

    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["is_interrupted"]
    assert said["error"].startswith(f"The night of {NEXT_NIGHT} was interrupted in ingest")
    assert is_stale(on_time) == [(True, NIGHT, NEXT_NIGHT)]


def test_a_backfill_interrupted_before_its_last_night_says_that_the_tables_are_not_stale(
    on_time: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_assets, "ingest", interrupt_itself)

    result = on_time.strata("backfill", "--from", "2024-06-29", "--to", NIGHT)

    assert result.exit_code == 1
    assert "marked stale" not in result.output.replace("not marked stale", "")
    assert f"not marked stale: they are of the night of {NIGHT}" in result.output
    assert is_stale(on_time) == [(False, NIGHT, None)]
    status = on_time.strata("status")
    assert status.exit_code == 1
    assert status.output.startswith("FAILED")
    assert "The night of 2024-06-29 (run " in status.output


def test_a_night_that_was_killed_is_broken_off_and_runs_until_then(on_time: Installation) -> None:
    good = on_time.strata("status", "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout)["last_run"]["state"] == "through"
    strata = Path(sys.executable).with_name("strata")
    with subprocess.Popen(
        [str(strata), "run", "--as-of", NEXT_NIGHT],
        env={**os.environ, "STRATA_HOME": str(on_time.home.root)},
        stderr=subprocess.PIPE,
        text=True,
    ) as night:
        assert night.stderr is not None
        while "… ingest" not in night.stderr.readline():
            assert night.poll() is None
        night.send_signal(signal.SIGSTOP)
        running = on_time.strata("status", "--json")
        night.kill()

    assert running.exit_code == 0, running.output
    assert json.loads(running.stdout)["last_run"]["state"] == "running"
    killed = on_time.strata("status", "--json")
    assert killed.exit_code == 1
    state = json.loads(killed.stdout)
    assert (state["ok"], state["is_stale"]) == (False, False)
    assert state["last_run"]["state"] == "broken off"
    assert state["last_run"]["as_of_date"] == NEXT_NIGHT
    assert "FAILED" in on_time.strata("status").output


def test_status_tells_of_a_first_night_that_failed_and_why(installation: Installation) -> None:
    installation.land("transactions", "bad.csv", "order_id,ordered_at\n1,2024-07-01\n")
    result = installation.strata("run", "--as-of", NIGHT)
    assert result.exit_code == 2
    assert "Nothing is published" in result.output

    status = installation.strata("status")

    assert status.exit_code == 1
    assert "Nothing is published yet. " in status.output
    assert f"The night of {NIGHT} failed at " in status.output
    assert "required column `amount` is missing" in status.output


def test_what_interrupts_dbt_is_no_failure_of_dbt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text is empty: a person would read `dbt build stopped:` and no reason."""
    answer = dbtRunnerResult(success=False, exception=KeyboardInterrupt())
    monkeypatch.setattr(dbtRunner, "invoke", lambda *_, **__: answer)

    with pytest.raises(KeyboardInterrupt):
        invoke(Home(tmp_path), ["build"], None)
