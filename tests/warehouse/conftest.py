"""Small warehouses: landed rows in, staging and core as dbt builds them out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from orchestration.core_state import (
    begin_core_intake,
    forget_core_build,
    plan_core_build,
    record_core_build,
)
from orchestration.dbt import WAREHOUSE_VARIABLE, invoke, parsed_manifest, point_dbt_at
from orchestration.home import Home
from orchestration.landing.schema import create_raw_schema
from orchestration.landing_schema import LANDING
from orchestration.ops_tables import create_ops_schema
from orchestration.settings import Settings
from orchestration.warehouse import connect

Row = Mapping[str, Any]
FAILED = ("error", "fail", "runtime error", "skipped")


class SmallWarehouse:
    """Lands rows as the ingest would, and lets dbt build staging and core on them."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._files = 0
        with connect(home, Settings()) as connection:
            create_raw_schema(connection)
            create_ops_schema(connection)

    def land(
        self,
        table: str,
        rows: Iterable[Row],
        *,
        rows_in: int | None = None,
        rejected: int = 0,
        status: str = "loaded",
    ) -> int:
        """Land one file and return its `file_seq`; the business day is the one in UTC."""
        self._files += 1
        instants = [column for column in LANDING[table].columns if column.kind == "at"]
        landed = []
        for number, row in enumerate(rows, start=1):
            values = {"file_seq": self._files, "row_number": number, **row}
            for column in instants:
                at = values.get(column.name)
                if isinstance(at, str):
                    at = datetime.fromisoformat(at)
                values[str(column.date_name)] = None if at is None else at.date()
            landed.append(values)
        with connect(self.home, Settings()) as connection:
            if landed:
                names = dict.fromkeys(name for values in landed for name in values)
                landed_rows = pa.Table.from_pylist(
                    [{name: values.get(name) for name in names} for values in landed]
                )
                connection.register("landed_rows", landed_rows)
                connection.execute(f"insert into raw.{table} by name select * from landed_rows")
            for number in range(rejected):
                connection.execute(
                    "insert into raw.rejected_rows values (?, ?, ?, 'missing_amount', null)",
                    [self._files, len(landed) + number + 1, table],
                )
            connection.execute(
                "insert into raw.files "
                "values (?, ?, ?, ?, 1, ?, null, 'run', '2026-01-01', ?, null)",
                [
                    self._files,
                    table,
                    f"{self._files}.csv",
                    f"sha-{self._files}",
                    len(landed) + rejected if rows_in is None else rows_in,
                    status,
                ],
            )
        return self._files

    def take_in(self) -> dict[str, str]:
        """Build staging and core as a night does: what is new, or the whole if it has to be."""
        point_dbt_at(self.home, Settings())
        manifest = parsed_manifest(self.home)
        with connect(self.home, Settings()) as connection:
            plan = plan_core_build(connection, manifest)
            if plan.is_whole:
                forget_core_build(connection)
            begin_core_intake(connection)
        statuses = self._invoke(
            "build",
            *("--exclude-resource-type", "unit_test"),
            *("--select", *_UP_TO_CORE),
            *(["--full-refresh"] if plan.is_whole else []),
        )
        failed = {name: status for name, status in statuses.items() if status in FAILED}
        assert not failed, {name: self.messages[name] for name in failed}
        with connect(self.home, Settings()) as connection:
            record_core_build(connection, plan)
        return statuses

    def break_off(self, *selection: str) -> None:
        """Begin to take in files as a night does, and come no further than `selection`."""
        with connect(self.home, Settings()) as connection:
            begin_core_intake(connection)
        self.run(*selection)

    def build(self, *selection: str) -> dict[str, str]:
        """Build staging and core with their data tests and return each node's status."""
        return self._invoke(
            "build", "--exclude-resource-type", "unit_test", "--select", *(selection or _UP_TO_CORE)
        )

    def run(self, *selection: str) -> dict[str, str]:
        """Build tables without their tests and return each one's status."""
        return self._invoke("run", "--select", *(selection or _UP_TO_CORE))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.home.warehouse)) as connection:
            return connection.execute(query).fetchall()

    def _invoke(self, *arguments: str) -> dict[str, str]:
        point_dbt_at(self.home, Settings())
        result = invoke(self.home, arguments, parsed_manifest(self.home)).result
        self.messages = {node.node.name: node.message for node in result.results}  # type: ignore[union-attr]
        return {node.node.name: str(node.status) for node in result.results}  # type: ignore[union-attr]


# With the one feature that is kept from night to night, as core is.
_UP_TO_CORE: Sequence[str] = ("staging", "core", "known_order_days")


@pytest.fixture
def make_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], SmallWarehouse]:
    """Return a maker of empty warehouses; the environment is as before afterwards."""
    monkeypatch.setenv(WAREHOUSE_VARIABLE, "")
    made = iter(range(100))

    def make() -> SmallWarehouse:
        return SmallWarehouse(Home(tmp_path / f"home-{next(made)}"))

    return make


@pytest.fixture
def warehouse(make_warehouse: Callable[[], SmallWarehouse]) -> SmallWarehouse:
    return make_warehouse()
