"""The command that opens the Dagster UI."""

import os
import sys
from pathlib import Path

import click

from orchestration.cli.group import main, with_plain_errors
from orchestration.home import current_home
from orchestration.settings import load_settings


@main.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="There is no login: keep it.")
@with_plain_errors
def ui(port: int, host: str) -> None:
    """Open the Dagster UI, with the nightly schedule and sensors on."""
    from orchestration.dbt import manifest_dict
    from orchestration.instance import prepare_instance

    home = current_home()
    load_settings(home.settings_file)
    prepare_instance(home)
    manifest_dict(home)
    os.environ["STRATA_HOME"] = str(home.root)
    root = Path(__file__).resolve().parents[2]
    dagster = Path(sys.executable).with_name("dagster")
    os.chdir(root)
    click.echo(f"The Dagster UI opens on http://{host}:{port} (stop it with Ctrl-C) …", err=True)
    arguments = ["dev", "-w", str(root / "workspace.yaml"), "-h", host, "-p", str(port)]
    os.execv(dagster, [str(dagster), *arguments])  # noqa: S606
