"""Private database servers of Debian's packages, each in a folder of its own under /tmp."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

SETTINGS = ("listen_addresses=''", "fsync=off", "autovacuum=off", "log_min_messages=fatal")


@dataclass
class PostgresServer:
    """A running Postgres that listens on a socket in its folder; `url` is of its superuser."""

    folder: Path
    programs: Path
    user: str | None

    @property
    def url(self) -> str:
        return self.url_of("owner")

    def url_of(self, user: str, database: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def start(self) -> None:
        options = " ".join(
            f"-c {each}" for each in (f"unix_socket_directories={self.folder}", *SETTINGS)
        )
        self._run(
            "pg_ctl",
            "-D",
            f"{self.folder}/data",
            "-l",
            f"{self.folder}/log",
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def make(self) -> None:
        arguments = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "owner", "--no-sync")
        self._run("initdb", "-D", f"{self.folder}/data", *arguments)

    def execute(self, sql: str, *, user: str = "owner", database: str = "postgres") -> list[tuple]:
        """Run statements as a user, in a transaction of their own; return the last one's rows."""
        connection = psycopg2.connect(self.url_of(user, database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        run_as(self.user, [str(self.programs / program), *arguments], self.folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start the newest Postgres that the machine has, once for all tests of a process."""
    with postgres_server() as server:
        yield server


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a Postgres of one's own."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    on_path = shutil.which("pg_ctl")
    programs = found[-1] if found else Path(on_path or "/usr/bin/pg_ctl").parent
    with server_folder() as (folder, user):
        server = PostgresServer(folder, programs, user)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def server_folder() -> Iterator[tuple[Path, str | None]]:
    """Make a folder that the server's user can reach; a database server refuses to be root.

    pytest's own folders are closed to other users, and too long for the path of a socket.
    """
    folder = Path(tempfile.mkdtemp(prefix="strata-db-", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    folder.chmod(0o755)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder)


def run_as(user: str | None, command: Sequence[str], folder: Path) -> None:
    """Run a command to its end as another user, if this one is root."""
    before = ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups"] if user else []
    subprocess.run([*before, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL)
