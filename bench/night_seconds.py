"""Where the seconds of one night went, by Dagster's event log; prints JSON."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.home import Home
from orchestration.instance import open_instance


def main() -> None:
    """Read the home and the run, print steps and dbt nodes with their seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.night_seconds", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("run_id")
    options = parser.parse_args()
    os.environ["STRATA_HOME"] = str(options.home)
    print(json.dumps(seconds_of(Home(options.home), options.run_id)))


def seconds_of(home: Home, run_id: str) -> dict[str, Any]:
    """Return the seconds of every step, and of every dbt model and test by `schema/name`.

    Tests are named after the asset that they check, with `?` and their own name behind it.
    """
    with open_instance(home) as instance:
        steps: dict[str, float] = {}
        nodes: dict[str, float] = {}
        for entry in instance.all_logs(run_id):
            event = entry.dagster_event
            if event is None:
                continue
            if event.event_type is dg.DagsterEventType.STEP_SUCCESS:
                assert event.step_key is not None
                steps[event.step_key] = event.step_success_data.duration_ms / 1000
            elif event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
                made = event.step_materialization_data.materialization
                name = made.asset_key.to_user_string()
                _add(nodes, name, made.metadata)
            elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                check = event.asset_check_evaluation_data
                name = f"{check.asset_key.to_user_string()}?{check.check_name}"
                _add(nodes, name, check.metadata)
    return {"steps": steps, "nodes": nodes}


def _add(nodes: dict[str, float], name: str, metadata: Any) -> None:
    seconds = metadata.get("seconds")
    if seconds is not None:
        nodes[name] = float(seconds.value)


if __name__ == "__main__":
    main()
