"""Superset as a running program: started, waited for, given the dashboard, stopped."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from bi.superset.bundle import bundle_files, digest, zipped
from bi.superset.client import SupersetClient
from bi.superset.installation import PROGRAMS, USER, Installation
from orchestration.errors import StrataError
from orchestration.settings import load_settings

START_SECONDS = 180
STOP_SECONDS = 20
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open. Gunicorn's own 2 s are for a proxy in front of it: a
browser's next question would often meet a connection that is just being closed."""
HOST = "127.0.0.1"


def dashboard_url(port: int) -> str:
    """Return where the dashboard is looked at."""
    return f"http://{HOST}:{port}/superset/dashboard/strata/"


@contextmanager
def served(installation: Installation, port: int) -> Iterator[subprocess.Popen[str]]:
    """Serve a prepared Superset on loopback for one `with` block.

    Raises
    ------
    StrataError
        If the port is taken, or Superset does not answer in time.
    """
    _refuse_taken(port)
    with installation.log_file.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                str(PROGRAMS / "gunicorn"),
                *("--bind", f"{HOST}:{port}", "--workers", "1", "--threads", "8"),
                *("--timeout", "120", "--keep-alive", str(KEEP_ALIVE_SECONDS)),
                *("--worker-tmp-dir", str(installation.folder)),
                "--no-control-socket",
                "superset.app:create_app()",
            ],
            cwd=installation.folder,
            env=installation.environment,
            text=True,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(installation, process, port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def connected(installation: Installation, port: int) -> SupersetClient:
    """Return a session of the installation's own account with the running Superset."""
    return SupersetClient(f"http://{HOST}:{port}", user=USER, password=installation.password)


def import_dashboard(installation: Installation, client: SupersetClient) -> bool:
    """Import the dashboard unless this very one was imported before; return whether it was."""
    home = installation.home
    currency = load_settings(home.settings_file).currency
    files = bundle_files(home.serving / "strata.duckdb", currency)
    wanted = digest(files)
    imported = installation.imported_file
    if imported.exists() and imported.read_text(encoding="utf-8") == wanted:
        return False
    client.import_bundle(zipped(files))
    imported.write_text(wanted, encoding="utf-8")
    return True


def _refuse_taken(port: int) -> None:
    """Raise if somebody listens there: whoever it is would be taken for ours."""
    with socket.socket() as attempt:
        if attempt.connect_ex((HOST, port)) == 0:
            raise StrataError(
                f"Port {port} is taken, perhaps by another `make superset`. "
                f'Take another one: make superset ARGS="--port {port + 1}".'
            )


def _wait_until_healthy(
    installation: Installation, process: subprocess.Popen[str], port: int
) -> None:
    deadline = time.monotonic() + START_SECONDS
    with requests.Session() as session:
        session.trust_env = False
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if session.get(f"http://{HOST}:{port}/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.5)
    how = "ended" if process.poll() is not None else f"did not answer in {START_SECONDS} s"
    raise StrataError(f"Superset {how}; why stands in {installation.log_file}.")
