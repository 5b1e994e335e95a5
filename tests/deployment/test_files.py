"""The files of `deployment/`: every command in them exists, and the UI is on loopback alone."""

import configparser
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from orchestration.cli import main

FOLDER = Path(__file__).resolve().parents[2] / "deployment"
UNITS = sorted((FOLDER / "systemd").glob("strata-*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path)
    return read


def compose() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "docker" / "compose.yaml").read_text())  # type: ignore[no-any-return]


def commands() -> list[list[str]]:
    """Return the arguments of `strata` in all units and containers."""
    of_units = [shlex.split(unit(path)["Service"]["ExecStart"])[1:] for path in UNITS]
    of_containers = [
        service["command"] for service in compose()["services"].values() if "command" in service
    ]
    dockerfile = (FOLDER / "docker" / "Dockerfile").read_text()
    [default] = re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)
    return [*of_units, *of_containers, json.loads(default)]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_every_command_exists_with_its_options(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, [*arguments, "--help"])

    assert result.exit_code == 0, result.output
    assert "Usage: main " + " ".join(a for a in arguments[:2] if not a.startswith("-")) in (
        result.output
    )
    for option in (each for each in arguments if each.startswith("--")):
        assert option in result.output


def test_units_run_as_one_user_on_one_home_and_may_write_nothing_else() -> None:
    assert len(UNITS) == 3
    for path in UNITS:
        service = unit(path)["Service"]
        assert service["User"] == "strata"
        assert service["ReadWritePaths"] == "/var/lib/strata"
        assert "Environment=STRATA_HOME=/var/lib/strata" in path.read_text().splitlines()


def test_the_ui_is_offered_on_loopback_alone() -> None:
    webserver = unit(FOLDER / "systemd" / "strata-webserver.service")["Service"]["ExecStart"]
    assert "--host 127.0.0.1" in webserver
    ports = [port for each in compose()["services"].values() for port in each.get("ports", [])]
    assert ports == ["127.0.0.1:3000:3000"]


def test_containers_write_one_folder_of_the_host() -> None:
    services = compose()["services"]
    for name in ("daemon", "webserver", "status"):
        assert services[name]["environment"]["STRATA_HOME"] == "/data"
        assert services[name]["volumes"] == ["${STRATA_DATA:-./data}:/data"]
