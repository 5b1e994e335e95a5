"""Daemon and webserver as the units start them: a killed night is begun once more."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import dagster as dg
import pytest
import requests

from orchestration.instance import open_instance
from tests.conftest import NIGHT, Installation, settings_without_a_night_due_soon

pytestmark = pytest.mark.long

Found = TypeVar("Found")
PATIENCE_SECONDS = 240
LAUNCH = """
mutation ($night: String!) {
  launchRun(executionParams: {
    mode: "default"
    selector: {
      repositoryLocationName: "orchestration.code_location"
      repositoryName: "__repository__"
      jobName: "nightly"
    }
    executionMetadata: {tags: [{key: "dagster/partition", value: $night}]}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""


@contextmanager
def service(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service as its unit does, and stop it as systemd does."""
    strata = Path(sys.executable).with_name("strata")
    with (home / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(strata), "serve", *arguments],
            env={**os.environ, "STRATA_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(1)
    raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS} s")


def test_a_night_whose_process_is_killed_is_begun_once_more_and_publishes(
    installation: Installation,
) -> None:
    home = installation.home
    home.settings_file.write_text(settings_without_a_night_due_soon())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/graphql"

    def launched() -> str | None:
        query = {"query": LAUNCH, "variables": {"night": NIGHT}}
        try:
            answer = requests.post(url, json=query, timeout=30).json()
        except requests.ConnectionError:
            return None
        run_id: str | None = answer["data"]["launchRun"].get("run", {}).get("runId")
        return run_id

    with (
        service(home.root, "webserver", "--port", str(port)),
        service(home.root, "daemon"),
        open_instance(home) as instance,
    ):
        first = wait_for(launched, "the webserver")
        os.kill(wait_for(lambda: worker_of(instance, first), "the first step"), signal.SIGKILL)
        second = wait_for(lambda: retry_of(instance, first), "the retry")
        wait_for(lambda: is_over(instance, second), "the end of the retry")

        assert status(instance, first) is dg.DagsterRunStatus.FAILURE
        assert status(instance, second) is dg.DagsterRunStatus.SUCCESS
    assert installation.published("select run_id, is_stale from marts.run_info") == [
        (second, False)
    ]


def worker_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """Return the process of a run that has begun a step."""
    if not instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START):
        return None
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        said = entry.dagster_event.message if entry.dagster_event else None
        found = re.search(r"Executing steps in process \(pid: (\d+)\)", said or "")
        if found:
            return int(found[1])
    return None


def retry_of(instance: dg.DagsterInstance, run_id: str) -> str | None:
    found = [run.run_id for run in instance.get_runs() if run.parent_run_id == run_id]
    return found[0] if found else None


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def is_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    return status(instance, run_id) in (
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
    )
