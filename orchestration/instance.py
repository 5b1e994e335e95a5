"""The Dagster instance of one installation: its folder, its settings, its run history."""

import hashlib
import os

import dagster as dg

from orchestration.home import Home
from orchestration.private_errors import forget_old_errors

POSTGRES_VARIABLE = "STRATA_DAGSTER_POSTGRES_URL"
"""If set, the run history stands in that database; its password stays in the environment."""

# Where the history of runs stands.
_IN_SQLITE = """\
event_log_storage:
  module: orchestration.event_log
  class: SqliteEventLog
"""
_IN_POSTGRES = f"""\
storage:
  postgres:
    postgres_url:
      env: {POSTGRES_VARIABLE}
"""
# One run at a time, so that the schedule and the UI queue instead of meeting at the lock. A run
# whose process died is begun once more; one whose step failed is not, it would fail again. Nothing
# is sent anywhere.
_FOR_ALL = """\
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
  max_runtime_seconds: 86400
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 30
"""
# What earlier versions wrote, by SHA-256: nobody edited it, so that it may follow the version.
_WRITTEN_BEFORE = frozenset({"7914128fe21ef6b847476f6d5527759fbcc09d61b8928c45c0996395d3ce8a34"})


def prepare_instance(home: Home) -> None:
    """Point Dagster at the home's own folder, with settings that the user may edit.

    A file that was never edited follows the version and `STRATA_DAGSTER_POSTGRES_URL`.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    text = dagster_yaml(is_in_postgres=bool(os.environ.get(POSTGRES_VARIABLE)))
    if not settings.exists() or _is_as_written(settings.read_text(encoding="utf-8")):
        settings.write_text(text, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    forget_old_errors(home)


def dagster_yaml(*, is_in_postgres: bool) -> str:
    """Return the settings of the instance as they are written."""
    return (_IN_POSTGRES if is_in_postgres else _IN_SQLITE) + _FOR_ALL


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the instance whose history the UI shows."""
    prepare_instance(home)
    return dg.DagsterInstance.get()


def _is_as_written(text: str) -> bool:
    """Return whether a file of settings is one that a version wrote, whichever it was."""
    ours = {dagster_yaml(is_in_postgres=each) for each in (False, True)}
    return text in ours or hashlib.sha256(text.encode()).hexdigest() in _WRITTEN_BEFORE
