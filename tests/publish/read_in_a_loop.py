"""Read what is published, again and again, until told to stop; print what was seen as JSON.

Run as its own process by the tests: `read_in_a_loop.py serving|parquet SERVING_FOLDER STOP_FILE`.
"""

import hashlib
import json
import sys
from pathlib import Path


def night_in_serving(serving: Path) -> tuple[set[int], str]:
    import duckdb

    connection = duckdb.connect(str(serving / "strata.duckdb"), read_only=True)
    try:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        found: set[int] = set()
        for (table,) in tables:
            rows = connection.execute(f"select night_number, run_id from marts.{table}").fetchall()
            found |= {number for number, _ in rows}
            found |= {int(run_id.removeprefix("run-")) for _, run_id in rows}
            assert rows, f"{table} is empty"
        assert len(tables) == 26, tables
    finally:
        connection.close()
    return found, f"duckdb {duckdb.__version__}"


def night_in_parquet(serving: Path) -> tuple[set[int], str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest = json.loads((serving / "parquet" / "manifest.json").read_text())
    found = {int(manifest["run_id"].removeprefix("run-"))}
    for file in manifest["files"]:
        path = serving / "parquet" / file["path"]
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"], path
        table = pq.read_table(pa.BufferReader(content))
        assert table.num_rows == file["rows"], path
        night = manifest["as_of_date"]
        if "as_of_date=" not in file["path"] or f"as_of_date={night}/" in file["path"]:
            found |= set(table.column("night_number").to_pylist())
    return found, f"pyarrow {pa.__version__}"


def main(kind: str, serving: Path, stop: Path) -> None:
    read = {"serving": night_in_serving, "parquet": night_in_parquet}[kind]
    reads, nights, mixed, errors = 0, [], [], []
    reader = ""
    while True:
        last = stop.exists()
        try:
            found, reader = read(serving)
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
    result = {"reader": reader, "reads": reads, "nights": nights, "mixed": mixed, "errors": errors}
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
