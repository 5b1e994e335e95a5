"""DuckDB may have too little memory for two steps at a time: they are built one at a time then."""

from collections.abc import Sequence

import pytest
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from orchestration.assets import transform
from orchestration.dbt import MEMORY_VARIABLE, invoke
from orchestration.home import Home
from orchestration.instance import open_instance
from orchestration.run_events import checks_of
from tests.conftest import NIGHT, Installation


def give_too_little_memory(
    monkeypatch: pytest.MonkeyPatch, *, also_alone: bool = False
) -> list[Sequence[str]]:
    """Let dbt have too little memory for two steps at a time; return what it is called with."""
    enough = "1GB"
    calls: list[Sequence[str]] = []

    def invoke_with_little(
        home: Home, arguments: Sequence[str], manifest: Manifest | None
    ) -> dbtRunnerResult:
        calls.append(arguments)
        is_alone = "--threads" in arguments
        monkeypatch.setenv(MEMORY_VARIABLE, enough if is_alone and not also_alone else "20MB")
        return invoke(home, arguments, manifest)

    monkeypatch.setattr(transform, "invoke", invoke_with_little)
    return calls


def test_steps_that_ran_out_of_memory_are_run_again_one_at_a_time(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.night(NIGHT)
    everything = "select * exclude (run_id) from marts.customer_360 order by customer_id"
    undisturbed = installation.published(everything)
    calls = give_too_little_memory(monkeypatch)

    output = installation.night(NIGHT)

    assert any("--threads" in call for call in calls)
    assert installation.published(everything) == undisturbed
    with open_instance(installation.home) as instance:
        run_id = instance.get_runs(limit=1)[0].run_id
        told = [entry.user_message for entry in instance.all_logs(run_id)]
        checks = checks_of(instance, run_id)
    assert any("Run once more, one step at a time" in message for message in told), output
    assert checks
    assert all(check.passed for check in checks)


def test_a_step_that_also_runs_out_of_memory_alone_says_what_to_set(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_too_little_memory(monkeypatch, also_alone=True)

    failed = installation.strata("run", "--as-of", NIGHT)

    assert failed.exit_code == 1
    assert "Raise memory_limit in strata.yml" in failed.output
    assert "SET threads" not in failed.output
    assert not installation.home.serving.exists()
