"""Nights of Strata and of the bare script, each in a process of its own, over the same files."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from bench.data import LAST_DAY, Size, link_into, prepare, prepare_next_day
from bench.options import Options
from bench.processes import Finished, run_child

CURRENCY = "EUR"
_STRATA = ["-c", "from orchestration.cli import console; console()"]
# Schemas whose dbt models and tests read lines; `work` holds what core finds of them tonight.
LINE_SCHEMAS = ("raw", "staging", "core", "work")


@dataclass(frozen=True)
class StrataNight:
    """A night of Strata.

    Attributes
    ----------
    steps : seconds of each Dagster step.
    nodes : seconds of each dbt model (`schema/name`) and test (`schema/name?test`); several run at
        a time, so that they add up to more than the step that they are part of.
    rows : rows of tables that the seconds depend on.
    """

    process: Finished
    steps: Mapping[str, float]
    nodes: Mapping[str, float]
    rows: Mapping[str, int]

    def seconds_of(self, *schemas: str) -> float:
        """Add up the dbt models and tests of some schemas."""
        return sum(seconds for name, seconds in self.nodes.items() if name.split("/")[0] in schemas)

    @property
    def line_seconds(self) -> float:
        """The steps over lines: the ingest, and every dbt model and test up to core."""
        return self.steps["ingest"] + self.seconds_of(*LINE_SCHEMAS)

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.process.to_dict(),
            "line_seconds": round(self.line_seconds, 2),
            "steps": dict(self.steps),
            "nodes": dict(self.nodes),
            "rows": dict(self.rows),
        }


@dataclass(frozen=True)
class BareNight:
    """A night of the bare script, with its seconds by stage."""

    process: Finished
    stages: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        return {**self.process.to_dict(), "stages": dict(self.stages)}


@dataclass(frozen=True)
class Pair:
    """The same night done by both, one right after the other.

    `differences` says for each question how many rows only one of them has.
    """

    strata: StrataNight
    bare: BareNight
    differences: Mapping[str, Mapping[str, int]]

    def to_dict(self) -> dict[str, Any]:
        return {
            "strata": self.strata.to_dict(),
            "bare": self.bare.to_dict(),
            "differences": {name: dict(rows) for name, rows in self.differences.items()},
        }


class Installation:
    """A home of Strata and a database of the bare script, with the same history in both."""

    def __init__(self, options: Options, size: Size, *, place: int) -> None:
        self._options = options
        self.size = size
        self.folder = options.work / "homes" / f"{size.name}-{place}"
        self.home = self.folder / "strata"
        self.database = self.folder / "bare" / "bare.duckdb"

    def first_night(self) -> Pair:
        """Install both anew, run the night of the history's last day."""
        source = prepare(self.size, self._options.work)
        self.remove()
        self.database.parent.mkdir(parents=True)
        link_into(self.home / "landing", source)
        self.home.joinpath("strata.yml").write_text(
            f"time_zone: UTC\ncurrency: {CURRENCY}\n"
            f"memory_limit: {self._options.memory_limit}\nthreads: {self._options.threads}\n",
            encoding="utf-8",
        )
        return self._night(LAST_DAY)

    def next_night(self, days_later: int) -> Pair:
        """Land what one later day brings, run its night."""
        source = prepare_next_day(self.size, self._options.work, days_later=days_later)
        link_into(self.home / "landing", source)
        return self._night(LAST_DAY + timedelta(days=days_later))

    def remove(self) -> None:
        """Give the disk back; the landing files stay for the next benchmark."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _night(self, day: date) -> Pair:
        strata = self._strata(day)
        bare = self._bare(day)
        compared = run_child(
            ["-m", "bench.agreement", str(self.home / "warehouse.duckdb"), str(self.database)]
        )
        return Pair(strata, bare, json.loads(compared.output))

    def _strata(self, day: date) -> StrataNight:
        process = run_child(
            [*_STRATA, "run", "--as-of", str(day), "--json"],
            environment={"STRATA_HOME": str(self.home)},
        )
        # Dagster may have said something of its own before the result.
        run_id = json.loads(process.output.splitlines()[-1])["run_id"]
        told = run_child(["-m", "bench.night_seconds", str(self.home), run_id])
        return StrataNight(process, **json.loads(told.output), rows=self._rows())

    def _bare(self, day: date) -> BareNight:
        r, alpha = self._cadence(day)
        options = ["--landing", self.home / "landing", "--database", self.database]
        options += ["--published", self.database.parent / "published", "--as-of", day]
        options += ["--currency", CURRENCY, "--threads", self._options.threads]
        options += ["--memory-limit", self._options.memory_limit]
        options += [] if r is None else ["--r", r, "--alpha", alpha]
        process = run_child(["-m", "bench.bare", *map(str, options)])
        return BareNight(process, json.loads(process.output))

    def _cadence(self, day: date) -> tuple[float | None, float | None]:
        """Return the account's rhythm as Strata fitted it: the bare script fits nothing."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            row = connection.execute(
                "select r, alpha from ml.cadence_parameters where as_of_date = ?", [day]
            ).fetchone()
        return (None, None) if row is None else row

    def _rows(self) -> dict[str, int]:
        tables = ("raw.transactions", "core.customer_days", "features.customer_rfm")
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return {
                table: _number(connection.execute(f"select count(*) from {table}"))
                for table in tables
            }


def _number(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    assert row is not None
    return int(row[0])
