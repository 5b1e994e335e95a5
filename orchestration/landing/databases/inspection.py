"""What `strata check` finds of the databases that land rows, without reading any."""

from dataclasses import dataclass
from typing import Any

from orchestration.database_settings import LandingDatabase
from orchestration.landing.databases.look import SourceDatabaseError, TableLook, look_at


@dataclass(frozen=True)
class DatabaseInspection:
    """One table of a database: what it offers, or why it cannot be read."""

    name: str
    table: str
    into: str
    look: TableLook | None
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        found: dict[str, Any] = {
            "name": self.name,
            "table": self.table,
            "into": self.into,
            "problem": self.problem,
        }
        if self.look is None:
            return found
        columns = {"mapped": self.look.mapped, "absent": self.look.absent}
        return found | columns | {"unknown": self.look.unknown}

    def to_lines(self) -> list[str]:
        """Return the same for a person."""
        lines = [f"database {self.name}: {self.table} into {self.into}"]
        if self.look is None:
            return [f"{lines[0]}: cannot be read"]
        lines.append(f"    fills: {', '.join(self.look.mapped)}")
        if self.look.absent:
            lines.append(f"    not there: {', '.join(self.look.absent)}")
        if self.look.unknown:
            lines.append(f"    not in the contract, kept: {', '.join(self.look.unknown)}")
        return lines


def inspect_database(database: LandingDatabase) -> DatabaseInspection:
    """Return what a look at a database finds."""
    try:
        look = look_at(database)
    except SourceDatabaseError as error:
        return DatabaseInspection(
            database.name, database.table, database.into, None, problem=str(error)
        )
    return DatabaseInspection(database.name, database.table, database.into, look)
