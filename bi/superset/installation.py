"""The part of a Superset that is this home's own: its database, its key, its one account."""

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import StrataError
from orchestration.home import Home

HERE = Path(__file__).parent
PROGRAMS = HERE.parents[1] / ".venv-superset" / "bin"
"""The environment that the Makefile installs from `requirements.lock`."""

USER = "admin"
LOCK = HERE / "requirements.lock"


@dataclass(frozen=True)
class Installation:
    """A Superset below `STRATA_HOME`; its key and password are for the home's owner alone."""

    home: Home

    @property
    def folder(self) -> Path:
        return self.home.root / "superset"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @property
    def imported_file(self) -> Path:
        """What was imported last, as a digest: a dashboard that people edited is left alone."""
        return self.folder / "imported"

    @property
    def log_file(self) -> Path:
        return self.folder / "superset.log"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that every program of Superset's needs."""
        return {
            **os.environ,
            "SUPERSET_HOME": str(self.folder),
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "FLASK_APP": "superset.app:create_app()",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def password(self) -> str:
        return self.password_file.read_text(encoding="utf-8").strip()

    def prepare(self) -> None:
        """Make the database and the account, once; again after another version was installed."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (self.folder / "secret-key", self.password_file):
            _write_secret(path)
        ready = self.folder / "prepared"
        wanted = LOCK.read_text(encoding="utf-8")
        if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
            return
        self._superset("db", "upgrade")
        names = ["--username", USER, "--firstname", "Strata", "--lastname", "Admin"]
        # By its input, since everybody on the machine can read a program's arguments.
        typed = f"{self.password}\n{self.password}\n"
        self._superset("fab", "create-admin", *names, "--email", "admin@localhost", typed=typed)
        self._superset("init")
        ready.write_text(wanted, encoding="utf-8")

    def _superset(self, *arguments: str, typed: str = "") -> None:
        """Run one command of Superset's; what it says goes to the log.

        Raises
        ------
        StrataError
            If it fails; names the log.
        """
        with self.log_file.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                [str(PROGRAMS / "superset"), *arguments],
                cwd=self.folder,
                env=self.environment,
                input=typed,
                text=True,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it would ask the terminal for the password instead
                check=False,
            )
        if done.returncode:
            raise StrataError(
                f"`superset {' '.join(arguments)}` ended with {done.returncode}; why stands in "
                f"{self.log_file}. Delete {self.folder} to begin anew."
            )


def _write_secret(path: Path) -> None:
    """Write a random text that only its owner may read, unless it is there."""
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(24))
