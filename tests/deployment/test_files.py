"""The files of `deployment/`: every command in them exists, and the UI is on loopback alone."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from orchestration import ops_tables
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


def test_a_night_is_cut_off_by_a_stop_as_by_a_kill_so_that_it_is_begun_anew() -> None:
    daemon = unit(FOLDER / "systemd" / "strata-daemon.service")["Service"]

    # The default sends the signal to the night as well, and a night whose step fails stays failed.
    assert daemon["KillMode"] == "mixed"


def test_the_ui_is_offered_on_loopback_alone() -> None:
    webserver = unit(FOLDER / "systemd" / "strata-webserver.service")["Service"]["ExecStart"]
    assert "--host 127.0.0.1" in webserver
    ports = [port for each in compose()["services"].values() for port in each.get("ports", [])]
    assert ports == ["127.0.0.1:3000:3000"]


def test_containers_write_one_folder_of_the_host() -> None:
    services = compose()["services"]
    for name in ("daemon", "webserver", "status"):
        assert services[name]["environment"]["STRATA_HOME"] == "/data"
        assert services[name]["volumes"] == ["${STRATA_DATA:-../../data}:/data", "sockets:/tmp"]
    assert compose()["volumes"]["sockets"]["driver_opts"]["type"] == "tmpfs"


def test_the_ui_reaches_the_socket_through_which_a_run_is_stopped() -> None:
    daemon = unit(FOLDER / "systemd" / "strata-daemon.service")
    webserver = unit(FOLDER / "systemd" / "strata-webserver.service")

    assert daemon["Service"]["PrivateTmp"] == webserver["Service"]["PrivateTmp"] == "yes"
    assert webserver["Unit"]["JoinsNamespaceOf"] == "strata-daemon.service"


def test_secrets_of_the_containers_are_in_neither_git_nor_image() -> None:
    for ignored in (FOLDER.parent / ".gitignore", FOLDER / "docker" / "Dockerfile.dockerignore"):
        lines = [line.removeprefix("/") for line in ignored.read_text().splitlines()]
        assert "deployment/docker/.env" in lines, ignored


def git(folder: Path, *arguments: str) -> str:
    known = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    answer = subprocess.run(
        ["git", *known, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the code that runs be a repository of one commit."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "the first")
    monkeypatch.setattr(ops_tables, "__file__", str(tmp_path / "ops_tables.py"))
    ops_tables.git_sha.cache_clear()
    yield tmp_path
    ops_tables.git_sha.cache_clear()


def test_tables_name_the_commit_of_a_checkout_that_belongs_to_root(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to test this

    assert ops_tables.git_sha() == commit


@pytest.mark.parametrize("is_packed", [False, True])
def test_tables_name_the_commit_of_an_image_without_its_history(
    checkout: Path, is_packed: bool
) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    if is_packed:
        git(checkout, "pack-refs", "--all")
    kept = [
        line.removeprefix("!.git/")
        for line in (FOLDER / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!.git/")
    ]
    for each in (checkout / ".git").iterdir():
        if each.name not in kept:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    (checkout / ".git" / "objects").mkdir()  # as the Dockerfile does

    assert ops_tables.git_sha() == commit
