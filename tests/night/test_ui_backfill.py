"""The backfill page of the Dagster UI: one run a night, oldest first, and nothing moves back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from orchestration.run_events import night_of
from tests.conftest import NIGHT, Installation, settings_without_a_night_due_soon

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 900
LAUNCH = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
STATE = """
query State($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill { status error { message } }
  }
}
"""
RUNS = """
query Runs($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) {
    ... on Runs { results { status startTime tags { key value } } }
  }
}
"""
REPOSITORY = {
    "repositoryName": "__repository__",
    "repositoryLocationName": "orchestration.code_location",
}


@contextmanager
def ui_of(installation: Installation) -> Iterator[str]:
    """Start what `make ui` starts; return its address."""
    installation.home.settings_file.write_text(settings_without_a_night_due_soon())
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "STRATA_HOME": str(installation.home.root),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DAGSTER_HOME", None)
    log = (installation.home.root / "ui.log").open("w")
    command = "from orchestration.cli import console; console()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "ui", "--port", str(port)],
        env=environment,
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
        # Whoever runs tests in the background has SIGINT ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: is_up(address))
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        log.close()


def is_up(address: str) -> bool:
    try:
        return requests.get(f"{address}/server_info", timeout=5).ok
    except requests.RequestException:
        return False


def wait_for(is_done: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(1)


def ask(address: str, query: str, **variables: Any) -> Any:
    answer = requests.post(
        f"{address}/graphql", json={"query": query, "variables": variables}, timeout=60
    ).json()
    assert "errors" not in answer, answer
    [data] = answer["data"].values()
    return data


def backfill(address: str, installation: Installation, **params: Any) -> list[dict[str, Any]]:
    """Launch a backfill, wait for its end; return its runs by start, and check what is published.

    Readers are looked at all the while: the published night may only move on.
    """
    launched = ask(address, LAUNCH, params={"fromFailure": False, **params})
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    backfill_id = launched["backfillId"]
    published: list[str] = []

    def is_done() -> bool:
        manifest = installation.home.serving / "parquet" / "manifest.json"
        if manifest.exists():
            published.append(json.loads(manifest.read_text())["as_of_date"])
        state = ask(address, STATE, id=backfill_id)
        assert state["status"] not in ("FAILED", "COMPLETED_FAILED", "CANCELED"), state
        return str(state["status"]) == "COMPLETED_SUCCESS"

    wait_for(is_done)
    assert published == sorted(published)
    runs = ask(address, RUNS, id=backfill_id)["results"]
    assert {run["status"] for run in runs} == {"SUCCESS"}
    return sorted(runs, key=lambda run: run["startTime"])


def nights_of(runs: list[dict[str, Any]]) -> list[str | None]:
    return [night_of({tag["key"]: tag["value"] for tag in run["tags"]}) for run in runs]


def test_the_backfill_page_runs_nights_oldest_first_and_readers_never_move_back(
    installation: Installation,
) -> None:
    with ui_of(installation) as address:
        job = {
            "selector": {
                "partitionSetName": "nightly_partition_set",
                "repositorySelector": REPOSITORY,
            }
        }
        # The first night begins before the others are queued; these are taken by their age.
        typed = ["2024-06-16", NIGHT, "2024-06-23"]
        runs = backfill(address, installation, partitionNames=typed, **job)
        assert nights_of(runs) == sorted(typed)

        nodes = ask(address, "{ assetNodes { assetKey { path } groupName isPartitioned } }")
        asset_keys = [node["assetKey"] for node in nodes if node["isPartitioned"]]
        older = ["2024-06-09", "2024-06-02"]
        runs = backfill(address, installation, partitionNames=older, assetSelection=asset_keys)
        assert nights_of(runs) == sorted(older)

    assert installation.published("select cast(as_of_date as varchar) from marts.run_info") == [
        (NIGHT,)
    ]
    nights = installation.published(
        "select distinct cast(as_of_date as varchar) from marts.fct_segment_profiles order by all"
    )
    assert [night for (night,) in nights] == sorted([*older, *typed])
