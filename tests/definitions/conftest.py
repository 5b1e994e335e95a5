"""A warehouse filled by hand and built by dbt, to hold the SQL against the definitions."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.core_state import (
    begin_core_intake,
    forget_core_build,
    plan_core_build,
    record_core_build,
)
from orchestration.dbt import invoke, parsed_manifest, point_dbt_at
from orchestration.home import Home
from orchestration.landing.schema import create_raw_schema
from orchestration.landing_schema import LANDING
from orchestration.ml_tables import create_ml_schema
from orchestration.ops_tables import create_ops_schema, write_night
from orchestration.settings import Settings

Rows = Sequence[Mapping[str, Any]]


@dataclass
class World:
    """One warehouse: rows that landed, and nights run on them."""

    home: Home
    settings: Settings

    def query(self, sql: str) -> pd.DataFrame:
        with closing(duckdb.connect(str(self.home.warehouse), read_only=True)) as connection:
            return connection.execute(sql).df()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        with closing(duckdb.connect(str(self.home.warehouse))) as connection:
            connection.execute(sql, list(values))

    def land(self, table: str, rows: Rows) -> None:
        """Put rows into a raw table as one file; a day stands beside each instant, in UTC."""
        columns = [
            name
            for column in LANDING[table].columns
            for name in (column.name, column.date_name)
            if name
        ]
        with closing(duckdb.connect(str(self.home.warehouse))) as connection:
            found = connection.execute("select count(*) + 1 from raw.files").fetchone()
            assert found is not None
            file_seq = int(found[0])
            connection.execute(
                "insert into raw.files values (?, ?, ?, ?, 1, ?, null, 'run', "
                "timestamp '2026-01-01', 'loaded', null)",
                [
                    file_seq,
                    table,
                    f"{table}_{file_seq}.csv",
                    f"sha-{file_seq}",
                    len(rows),
                ],
            )
            if not rows:
                return
            frame = pd.DataFrame(
                [
                    {"file_seq": file_seq, "row_number": number, **_with_days(row)}
                    for number, row in enumerate(rows, start=1)
                ]
            ).reindex(columns=["file_seq", "row_number", *columns])
            connection.register("landed", frame.astype(object).where(frame.notna(), None))
            names = ", ".join(frame.columns)
            connection.execute(f"insert into raw.{table} ({names}) select {names} from landed")

    def fit(self, as_of_date: date, r: float, alpha: float) -> None:
        """Say what the cadence of a night is, instead of fitting it."""
        self.execute(
            "insert into ml.cadence_parameters values "
            "(?, 'run', ?, ?, 0.1, 0.1, -1.0, 1000, 100, 'available', null)",
            [as_of_date, r, alpha],
        )

    def run(self, as_of_date: date, select: str) -> None:
        """Build what `select` names, as of a night, without the tests of the night."""
        point_dbt_at(self.home, self.settings)
        manifest = parsed_manifest(self.home)
        with closing(duckdb.connect(str(self.home.warehouse))) as connection:
            write_night(connection, as_of_date, f"run-{as_of_date}", self.settings)
            plan = plan_core_build(connection, manifest)
            if "core" in select:
                if plan.is_whole:
                    forget_core_build(connection)
                begin_core_intake(connection)
        arguments = ["build", "--select", *select.split()]
        if "core" in select and plan.is_whole:
            arguments.append("--full-refresh")
        for resource_type in ("test", "unit_test"):
            arguments += ["--exclude-resource-type", resource_type]
        result = invoke(self.home, arguments, manifest)
        failed = [
            f"{item.node.name}: {item.message}"
            for item in result.result.results  # type: ignore[union-attr]
            if str(item.status) in ("error", "fail", "skipped")
        ]
        assert not failed, failed
        if "core" in select:
            with closing(duckdb.connect(str(self.home.warehouse))) as connection:
                record_core_build(connection, plan)

    def failing(self, *tests: str) -> list[str]:
        """Run dbt tests by name and return those that found rows."""
        point_dbt_at(self.home, self.settings)
        result = invoke(self.home, ["test", "--select", *tests], parsed_manifest(self.home))
        found = result.result.results  # type: ignore[union-attr]
        assert len(found) == len(tests)
        return [item.node.name for item in found if str(item.status) != "pass"]

    def copy_to(self, other: "World") -> None:
        """Give another world all that this one has landed and built."""
        shutil.copyfile(self.home.warehouse, other.home.warehouse)


def _with_days(row: Mapping[str, Any]) -> dict[str, Any]:
    days = {
        name.removesuffix("_at") + "_date": value.date()
        for name, value in row.items()
        if name.endswith("_at") and value is not None
    }
    return {**row, **days}


@pytest.fixture(scope="session")
def new_world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., World]:
    """Make an empty warehouse with the tables that Python owns."""
    parsed_manifest(Home(tmp_path_factory.mktemp("parse")))

    def make(**settings: Any) -> World:
        root: Path = tmp_path_factory.mktemp("home")
        home = Home(root)
        world = World(home, Settings.model_validate({"currency": "EUR", **settings}))
        with closing(duckdb.connect(str(home.warehouse))) as connection:
            create_raw_schema(connection)
            create_ops_schema(connection)
            create_ml_schema(connection)
        return world

    return make
