"""Where everything that the project writes stands: the folders under `STRATA_HOME`."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folders of one installation; `root` is absolute and holds nothing not named here."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def truth(self) -> Path:
        return self.root / "truth"

    @property
    def unloaded(self) -> Path:
        return self.root / "unloaded"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def serving(self) -> Path:
        return self.root / "serving"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def settings_file(self) -> Path:
        override = os.environ.get("STRATA_SETTINGS")
        return Path(override).resolve() if override else self.root / "strata.yml"

    @property
    def lock_file(self) -> Path:
        return self.root / "run.lock"


def current_home() -> Home:
    """Return the home that `STRATA_HOME` names, `./data` by default."""
    return Home(Path(os.environ.get("STRATA_HOME", "data")).resolve())
