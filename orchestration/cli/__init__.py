"""The command line: a thin layer over the same jobs that the schedule runs."""

from orchestration import loading
from orchestration.cli import dagster_ui, files, looking, nights
from orchestration.cli.group import main

__all__ = ["console", "dagster_ui", "files", "looking", "main", "nights"]


def console() -> None:
    """Run a command as the whole of a process: what `strata` on a terminal is."""
    loading.begin()
    try:
        main()
    finally:
        loading.leave()
