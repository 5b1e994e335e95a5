"""Private database servers of Debian's packages, each in a folder of its own under /tmp."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pymysql
import pytest
from psycopg2.extras import execute_values

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

    def copy(self, table: str, rows: list[tuple]) -> None:
        """Insert rows of texts."""
        connection = psycopg2.connect(self.url)
        try:
            with connection, connection.cursor() as cursor:
                places = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
                execute_values(cursor, f"insert into {table} values %s", rows, places, 1000)
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        run_as(self.user, [str(self.programs / program), *arguments], self.folder)


@dataclass
class MariaServer:
    """A running MariaDB that listens on a socket in its folder."""

    folder: Path

    @property
    def url(self) -> str:
        return f"mysql://root@localhost/shop?unix_socket={self.folder}/socket"

    def execute(self, *statements: str) -> None:
        """Run statements in one session."""
        connection = pymysql.connect(
            unix_socket=f"{self.folder}/socket", user="root", database="shop", autocommit=True
        )
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaServer]:
    """Start a MariaDB with an empty database `shop`."""
    with server_folder() as (folder, user):
        data = ["--no-defaults", f"--datadir={folder}/data"]
        run_as(
            user,
            ["/usr/bin/mariadb-install-db", *data, "--auth-root-authentication-method=normal"],
            folder,
        )
        command = as_user(
            user,
            [
                "/usr/sbin/mariadbd",
                *data,
                f"--socket={folder}/socket",
                "--skip-networking",
                "--character-set-server=utf8mb4",
                f"--pid-file={folder}/pid",
            ],
        )
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            wait_for(folder / "socket", server)
            connection = pymysql.connect(unix_socket=f"{folder}/socket", user="root")
            with connection, connection.cursor() as cursor:
                cursor.execute("create database shop")
            yield MariaServer(folder)
        finally:
            server.terminate()
            server.wait(timeout=30)


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
    subprocess.run(as_user(user, command), check=True, cwd=folder, stdout=subprocess.DEVNULL)


def as_user(user: str | None, command: Sequence[str]) -> list[str]:
    """Return a command as another user runs it."""
    before = ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups"] if user else []
    return [*before, *command]


def wait_for(socket: Path, server: subprocess.Popen) -> None:
    """Wait until a server listens; fail if it ends before."""
    for _ in range(300):
        if socket.exists():
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"the server does not listen: {(socket.parent / 'log').read_text()[-500:]}")
