"""Read what is published, again and again, until told to stop; print what was seen as JSON.

Run as its own process by the tests: `read_in_a_loop.py KIND SERVING_FOLDER STOP_FILE`, where KIND
is one of `READERS`.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAUSE_SECONDS = 0.1
"""Between two reads, so that seven readers leave the publishing process its share of two cores."""

TABLES = "select table_name from information_schema.tables where table_schema = 'marts'"
Query = Callable[[str], list[Any]]


class Duckdb:
    """Open the file for every read, as a BI tool without a pool does."""

    def __init__(self, serving: Path) -> None:
        import duckdb

        self.name = f"duckdb {duckdb.__version__}"
        self.path = str(serving / "strata.duckdb")
        self.duckdb = duckdb

    @contextmanager
    def opened(self) -> Iterator[Query]:
        connection = self.duckdb.connect(self.path, read_only=True)
        try:
            yield lambda sql: connection.execute(sql).fetchall()
        finally:
            connection.close()

    def read(self) -> set[int]:
        """Return the nights' numbers that stand in any row of any table."""
        with self.opened() as query:
            tables = query(TABLES)
            assert len(tables) == 26, tables
            found: set[int] = set()
            for (table,) in tables:
                rows = query(f"select night_number, run_id from marts.{table}")
                assert rows, f"{table} is empty"
                found |= {number for number, _ in rows}
                found |= {int(run_id.removeprefix("run-")) for _, run_id in rows}
        return found


class HeldDuckdb(Duckdb):
    """Open the file once and keep it open, as a forgotten notebook does."""

    def __init__(self, serving: Path) -> None:
        super().__init__(serving)
        self.name += ", held open"
        self.connection = self.duckdb.connect(self.path, read_only=True)

    @contextmanager
    def opened(self) -> Iterator[Query]:
        yield lambda sql: self.connection.execute(sql).fetchall()


class Sqlalchemy(Duckdb):
    """Go through SQLAlchemy by the connection that ships for Superset: read-only and shut."""

    def __init__(self, serving: Path) -> None:
        import duckdb_engine
        import sqlalchemy
        import yaml

        bundle = Path(__file__).parents[2] / "bi" / "superset" / "bundle"
        shipped = yaml.safe_load((bundle / "databases" / "strata.yaml").read_text())
        uri = shipped["sqlalchemy_uri"].replace("${serving_file}", str(serving / "strata.duckdb"))
        self.name = f"duckdb-engine {duckdb_engine.__version__}"
        self.text = sqlalchemy.text
        self.engine = sqlalchemy.create_engine(
            uri, poolclass=sqlalchemy.pool.NullPool, **shipped["extra"]["engine_params"]
        )

    @contextmanager
    def opened(self) -> Iterator[Query]:
        with self.engine.connect() as connection:
            yield lambda sql: list(connection.execute(self.text(sql)))


class Pyarrow:
    """Follow the manifest, and check every file's hash and rows."""

    def __init__(self, serving: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.name = f"pyarrow {pa.__version__}"
        self.folder = serving / "parquet"
        self.open = lambda content: pq.read_table(pa.BufferReader(content)).to_pydict()

    def read(self) -> set[int]:
        manifest = json.loads((self.folder / "manifest.json").read_text())
        found = {int(manifest["run_id"].removeprefix("run-"))}
        for file in manifest["files"]:
            content = (self.folder / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file
            columns = self.open(content)
            assert len(columns["night_number"]) == file["rows"], file
            night = f"as_of_date={manifest['as_of_date']}/"
            if "as_of_date=" not in file["path"] or night in file["path"]:
                found |= set(columns["night_number"])
        return found


class Pandas(Pyarrow):
    """The same by pandas, which opens the files itself."""

    def __init__(self, serving: Path) -> None:
        import io

        import pandas as pd

        super().__init__(serving)
        self.name = f"pandas {pd.__version__}"
        self.open = lambda content: pd.read_parquet(io.BytesIO(content)).to_dict("list")


READERS = {
    "duckdb": Duckdb,
    "held": HeldDuckdb,
    "sqlalchemy": Sqlalchemy,
    "pyarrow": Pyarrow,
    "pandas": Pandas,
}


def main(kind: str, serving: Path, stop: Path) -> None:
    reader = READERS[kind](serving)
    reads, nights, mixed, errors = 0, [], [], []
    while True:
        last = stop.exists()
        try:
            found = reader.read()
            if len(found) != 1:
                mixed.append(sorted(found))
            elif nights[-1:] != list(found):
                nights += found
        except Exception as error:  # whatever a reader meets is the result
            errors.append(repr(error))
        reads += 1
        if reads == 1:
            print("reading", flush=True)
        if last:
            break
        time.sleep(PAUSE_SECONDS)
    result = {"reader": reader.name, "reads": reads, "nights": nights}
    print(json.dumps({**result, "mixed": mixed, "errors": errors}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
