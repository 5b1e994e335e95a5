"""Rows of a DuckDB query as a file of CSV, made piece by piece while it is read."""

import io

import duckdb
import pyarrow as pa
import pyarrow.csv

ROWS_A_PIECE = 100_000
"""Rows held in memory at once; some tens of megabytes of the widest table."""


class CsvRows(io.RawIOBase):
    """What `COPY … FROM STDIN` reads: a null is an empty field, an empty text a quoted one.

    Parameters
    ----------
    connection
        A connection that nothing else is asked until the last row is read.
    query
        The rows, in the columns' order.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        super().__init__()
        self._batches = connection.execute(query).to_arrow_reader(ROWS_A_PIECE)
        self._options = pyarrow.csv.WriteOptions(include_header=False)
        self.rows = 0

    def close(self) -> None:
        """Let go of the rows that were not read: they would keep the file half open for good."""
        self._batches.close()
        super().close()

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece whole, whatever size was asked for; nothing at the end."""
        for batch in self._batches:
            if batch.num_rows:
                self.rows += batch.num_rows
                piece = pa.BufferOutputStream()
                pyarrow.csv.write_csv(batch, piece, self._options)
                return bytes(piece.getvalue())
        return b""
