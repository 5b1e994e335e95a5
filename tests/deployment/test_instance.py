"""The Dagster instance: what is begun again, what is not, and whose file `dagster.yaml` is."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run

from orchestration import run_retention
from orchestration.cut_off_runs import fail_cut_off_runs
from orchestration.home import Home
from orchestration.instance import (
    POSTGRES_VARIABLE,
    dagster_yaml,
    open_instance,
    prepare_instance,
)
from orchestration.lock import hold_the_warehouse
from orchestration.run_retention import drop_old_run_logs

BEFORE = """\
event_log_storage:
  module: orchestration.event_log
  class: SqliteEventLog
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 30
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv(POSTGRES_VARIABLE, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    with open_instance(home) as opened:
        yield opened


def started_run(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    """Leave a run as a machine leaves it whose power was cut."""
    run = dg.DagsterRun(job_name="nightly", run_id=run_id, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    return run


def test_a_run_whose_process_died_is_begun_once_more_and_a_failed_step_is_not(
    instance: dg.DagsterInstance,
) -> None:
    run = started_run(instance, "0" * 32)
    instance.report_run_failed(run)
    failed = instance.get_run_by_id(run.run_id)
    assert failed is not None

    def is_retried(reason: RunFailureReason) -> bool:
        return auto_reexecution_should_retry_run(instance, failed, reason)

    assert is_retried(RunFailureReason.UNKNOWN)
    assert is_retried(RunFailureReason.RUN_EXCEPTION)
    assert not is_retried(RunFailureReason.STEP_FAILURE)
    instance.add_run(
        dg.DagsterRun(
            job_name="nightly",
            run_id="1" * 32,
            root_run_id=run.run_id,
            parent_run_id=run.run_id,
            tags={"dagster/root_run_id": run.run_id, "dagster/parent_run_id": run.run_id},
            status=dg.DagsterRunStatus.FAILURE,
        )
    )
    assert not is_retried(RunFailureReason.UNKNOWN)


def test_what_a_power_cut_left_is_failed_so_that_the_queue_opens(
    home: Home, instance: dg.DagsterInstance
) -> None:
    run = started_run(instance, "2" * 32)

    with hold_another_process(home):
        assert fail_cut_off_runs(home, instance) == []
    assert fail_cut_off_runs(home, instance) == [run.run_id]

    failed = instance.get_run_by_id(run.run_id)
    assert failed is not None
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert fail_cut_off_runs(home, instance) == []


def hold_another_process(home: Home):  # type: ignore[no-untyped-def]
    """Hold the warehouse as another process does: this one's own locks let it through."""
    from contextlib import ExitStack

    from orchestration import lock

    stack = ExitStack()
    stack.enter_context(hold_the_warehouse(home, "a night", wait_seconds=0))
    held = lock._held.pop(home.lock_file)
    stack.callback(lock._held.__setitem__, home.lock_file, held)
    return stack


def test_logs_of_old_runs_go_and_their_partitions_stay_green(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2024-05-01"]))
    def made(context: dg.AssetExecutionContext) -> None:
        context.log.info("a line")

    run_id = dg.materialize([made], instance=instance, partition_key="2024-05-01").run_id
    log = Path(os.environ["DAGSTER_HOME"]) / "history" / "runs" / f"{run_id}.db"

    assert drop_old_run_logs(instance) == 0
    assert log.exists()
    monkeypatch.setattr(run_retention, "RUN_LOG_DAYS", -1)
    assert drop_old_run_logs(instance) == 1

    assert not log.exists()
    assert instance.get_materialized_partitions(dg.AssetKey("made")) == {"2024-05-01"}
    assert instance.get_run_by_id(run_id) is not None
    assert instance.all_logs(run_id) == []


def test_one_run_at_a_time_nothing_sent_and_ticks_do_not_pile_up() -> None:
    settings = yaml.safe_load(dagster_yaml(is_in_postgres=False))

    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}
    assert settings["retention"]["sensor"]["purge_after_days"]["skipped"] == 7


def test_a_file_nobody_edited_follows_version_and_database_and_an_edited_one_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.dagster / "dagster.yaml"
    file.parent.mkdir()
    file.write_text(BEFORE)
    prepare_instance(home)
    assert "run_retries" in file.read_text()

    monkeypatch.setenv(POSTGRES_VARIABLE, "postgresql://somebody:secret@127.0.0.1/dagster")
    prepare_instance(home)
    assert f"env: {POSTGRES_VARIABLE}" in file.read_text()
    assert "secret" not in file.read_text()

    monkeypatch.delenv(POSTGRES_VARIABLE)
    edited = file.read_text() + "# mine\n"
    file.write_text(edited)
    prepare_instance(home)
    assert file.read_text() == edited
