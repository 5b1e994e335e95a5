"""The command line: a thin layer over the same jobs that the schedule runs."""

from orchestration.cli import dagster_ui, files, looking, nights
from orchestration.cli.group import main

__all__ = ["dagster_ui", "files", "looking", "main", "nights"]
