"""The Dagster instance of one installation: its folder, its settings, its run history."""

import os

import dagster as dg

from orchestration.home import Home

# One run at a time, so that the schedule and the UI queue instead of meeting at the lock.
# Crashed run workers are found and failed; nothing is sent anywhere.
DAGSTER_YAML = """\
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


def prepare_instance(home: Home) -> None:
    """Point Dagster at the home's own folder, with settings that the user may edit."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the instance whose history the UI shows."""
    prepare_instance(home)
    return dg.DagsterInstance.get()
