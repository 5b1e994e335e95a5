"""A file of a database's rows as a landing file: under its names, whole, and only if it is new."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.database_settings import LandingDatabase
from orchestration.publishing import durable

READ_AT, CONTENT = "strata.read_at", "strata.content"
"""Marks in a landing file: when its rows were read, and the hash of all of them."""


def put_landing_file(source: Path, path: Path, database: LandingDatabase, read_at: str) -> int:
    """Write a file under its landing names and put it in place; return its rows, 0 if it was old.

    What is as it was the last time is not landed again. The file says when it was read, or a table
    that is as it was the time before the last would be a copy to the ingest, and nothing new.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = durable.temporary_beside(path)
    rows, content = 0, hashlib.sha256()
    with pq.ParquetFile(source) as file:
        names = [database.landing_column(column) for column in file.schema_arrow.names]
        fields = zip(file.schema_arrow, names, strict=True)
        schema = pa.schema([field.with_name(name) for field, name in fields])
        content.update(schema.serialize())
        try:
            with pq.ParquetWriter(temporary, schema) as writer:
                for batch in file.iter_batches():
                    rows += batch.num_rows
                    content.update(batch.serialize())
                    writer.write_batch(batch.rename_columns(names))
                marks = {READ_AT: read_at, CONTENT: content.hexdigest()}
                writer.add_key_value_metadata(marks)
            if _content_of_last(path.parent, database) == content.hexdigest():
                return 0
            durable.put_in_place(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    return rows


def _content_of_last(folder: Path, database: LandingDatabase) -> str | None:
    """Return the mark of the rows that were landed last."""
    files = sorted(folder.glob(f"{database.name}-*.parquet"))
    if not files:
        return None
    marks: dict[bytes, bytes] = pq.read_metadata(files[-1]).metadata or {}
    return marks.get(CONTENT.encode(), b"").decode()
