"""A landing folder of one's own, with few words to put files in, take them in and look at raw."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.home import Home
from orchestration.landing.ingest import ingest
from orchestration.landing.ingest_report import IngestReport
from orchestration.landing.inspect import inspect_landing
from orchestration.landing.inspection import LandingInspection
from orchestration.landing.unload import UnloadReport, unload
from orchestration.settings import Settings
from orchestration.warehouse import connect


class Landing:
    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.settings = Settings(memory_limit="1GB")
        self.runs = 0

    def set(self, **settings: Any) -> None:
        self.settings = Settings(**{"memory_limit": "1GB", **settings})

    def put(self, table: str, name: str, content: str | bytes) -> Path:
        path = self.home.landing / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def put_rows(self, table: str, name: str, rows: Sequence[dict[str, Any]]) -> Path:
        """Write rows in the format that the name asks for; Parquet and JSON keep Python's types."""
        names = list(rows[0])
        if name.endswith(".parquet"):
            buffer = io.BytesIO()
            pq.write_table(pa.Table.from_pylist(list(rows)), buffer)
            return self.put(table, name, buffer.getvalue())
        if name.endswith(".jsonl"):
            lines = [json.dumps(row, default=str) for row in rows]
            return self.put(table, name, "\n".join(lines) + "\n")
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        content = text.getvalue().encode()
        return self.put(table, name, gzip.compress(content) if name.endswith(".gz") else content)

    def put_lines(self, *lines: str, name: str = "a.csv", more: str = "") -> Path:
        """Write transactions from `order_id,ordered_at,amount<more>` lines."""
        return self.put("transactions", name, "\n".join([HEADER + more, *lines]) + "\n")

    def ingest(self) -> IngestReport:
        self.runs += 1
        with connect(self.home, self.settings) as connection:
            return ingest(connection, self.home, self.settings, f"run-{self.runs}")

    def unload(self, file: str) -> UnloadReport:
        with connect(self.home, self.settings) as connection:
            return unload(connection, self.home, file)

    def inspect(self) -> LandingInspection:
        return inspect_landing(self.home, self.settings)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with connect(self.home, self.settings) as connection:
            return connection.execute(sql).fetchall()

    def reasons(self) -> list[str]:
        return [r for (r,) in self.query("select reason from raw.rejected_rows order by all")]


HEADER = "order_id,ordered_at,amount"
LINE = "1,2024-05-01 10:00:00,9.50"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """Return an empty landing folder; its path holds what SQL and shells stumble over."""
    return Landing(tmp_path / "it's [a] day=1 höme")
