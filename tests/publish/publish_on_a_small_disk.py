"""Publish on a file system that is full, make room, publish again; print what was seen as JSON.

Run by a test in a mount space of its own: `publish_on_a_small_disk.py HOME WAREHOUSE BYTES`.
"""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.publishing import NightInfo, current_issue, publish
from orchestration.publishing.room import FullDiskError
from orchestration.publishing.tables import PUBLISHED

LEFT_BYTES = 100_000


def main(filled: Path, warehouse: Path, size: int) -> None:
    disk = filled.with_name("small-disk")
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
    home = Home(disk / "home")
    shutil.copytree(filled, home.root, symlinks=True)
    before = {path.name for path in home.serving.rglob("*")}
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - LEFT_BYTES))
    with closing(duckdb.connect(str(warehouse))) as connection:
        as_of_date, run_id = connection.execute(
            "select as_of_date, run_id from marts.run_info"
        ).fetchone()
        for table in set(PUBLISHED) - set(tables_of(connection)):
            del PUBLISHED[table]
        night = NightInfo(as_of_date, run_id)
        said = attempt(connection, home, night)
        result = {
            "said": said,
            "left_over": sorted({path.name for path in home.serving.rglob("*")} - before),
            "run_id_then": current_issue(home).run_id,
        }
        ballast.unlink()
        result["run_id_after_making_room"] = publish(connection, home, night).run_id
    print(json.dumps(result))


def attempt(connection: duckdb.DuckDBPyConnection, home: Home, night: NightInfo) -> str:
    try:
        publish(connection, home, night)
    except FullDiskError as error:
        return str(error)
    return "published"


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    ).fetchall()
    return [table for (table,) in rows]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
