"""The commands that run Dagster: the UI with all that belongs to it, or one service of it."""

import atexit
import os
import sys
from pathlib import Path

import click

from orchestration.cli.group import main, say, with_plain_errors
from orchestration.home import current_home
from orchestration.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
WORKSPACE = ROOT / "workspace.yaml"
HOST = click.option(
    "--host", default="127.0.0.1", show_default=True, help="There is no login: keep it."
)
PORT = click.option("--port", default=3000, show_default=True)


@main.command()
@PORT
@HOST
@with_plain_errors
def ui(port: int, host: str) -> None:
    """Open the Dagster UI, with the nightly schedule and sensors on."""
    _prepare(is_daemon=True)
    say(f"The Dagster UI opens on http://{host}:{port} (stop it with Ctrl-C) …")
    _become("dagster", "dev", "-w", str(WORKSPACE), "-h", host, "-p", str(port))


@main.group()
def serve() -> None:
    """Run one service of an installation, for systemd or a container (docs/deployment.md)."""


@serve.command()
@PORT
@HOST
@with_plain_errors
def webserver(port: int, host: str) -> None:
    """Serve the Dagster UI alone; nights are run by the daemon."""
    _prepare(is_daemon=False)
    _become("dagster-webserver", "-w", str(WORKSPACE), "-h", host, "-p", str(port))


@serve.command()
@with_plain_errors
def daemon() -> None:
    """Run the schedule, the sensors and the queue of nights; one daemon an installation."""
    _prepare(is_daemon=True)
    _become("dagster-daemon", "run", "-w", str(WORKSPACE))


def _prepare(*, is_daemon: bool) -> None:
    """Bring the home into the state in which Dagster's own programs find everything."""
    from orchestration.cut_off_runs import fail_cut_off_runs
    from orchestration.dbt import manifest_dict
    from orchestration.instance import open_instance, prepare_instance

    home = current_home()
    load_settings(home.settings_file)
    prepare_instance(home)
    os.environ["STRATA_HOME"] = str(home.root)
    if is_daemon:
        with open_instance(home) as instance:
            for run_id in fail_cut_off_runs(home, instance):
                say(f"Run {run_id[:8]} was cut off; it is marked as failed and begun once more.")
    manifest_dict(home)


def _become(program: str, *arguments: str) -> None:
    """Let one of Dagster's programs take this process over."""
    path = Path(sys.executable).with_name(program)
    os.chdir(ROOT)
    # What dbt opened is given back, or its helper process warns of it in every service's log.
    atexit._run_exitfuncs()
    os.execv(path, [str(path), *arguments])  # noqa: S606
