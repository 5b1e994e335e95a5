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
    def errors(self) -> Path:
        """Full texts of errors, which may quote data; a rebuild's are those of the live home."""
        return (self.root.parent.parent if self.is_rebuild else self.root) / "errors"

    @property
    def alerts_file(self) -> Path:
        """What people were told, so that nothing is told twice or gets lost."""
        return self.root / "alerts.json"

    @property
    def last_night_file(self) -> Path:
        """Which night was begun last, and how it ended."""
        return self.root / "last_night.json"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def databases(self) -> Path:
        """How far each database has been read."""
        return self.root / "databases"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def rebuilds(self) -> Path:
        return self.root / "rebuilds"

    @property
    def is_rebuild(self) -> bool:
        """Whether this is a night that was rebuilt beside another home."""
        return self.root.parent.name == "rebuilds"

    @property
    def settings_file(self) -> Path:
        """The settings; those of a rebuild are its own, whatever the environment says."""
        override = os.environ.get("STRATA_SETTINGS")
        if override and not self.is_rebuild:
            return Path(override).resolve()
        return self.root / "strata.yml"

    @property
    def playbook_file(self) -> Path:
        """What the company does for its segments, read over the shipped playbook."""
        return self.root / "playbook.csv"

    @property
    def lock_file(self) -> Path:
        return self.root / "run.lock"

    @classmethod
    def of_serving_file(cls, path: Path) -> "Home":
        """Return the home in whose `serving/` a published file stands."""
        return cls(path.parent.parent)


def current_home() -> Home:
    """Return the home that `STRATA_HOME` names, `./data` by default."""
    return Home(Path(os.environ.get("STRATA_HOME", "data")).resolve())
