"""A cell of a source as SQL: its expression, its type, its text."""

from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "text", "boolean", "whole", "real", "decimal", "date", "local", "instant", "nested"
]

_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


@dataclass(frozen=True)
class Cell:
    """A cell of a source: an SQL expression and its DuckDB type."""

    sql: str
    duckdb_type: str

    @property
    def family(self) -> Family:
        kind = self.duckdb_type.upper()
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
            return "nested"
        if kind == "BOOLEAN":
            return "boolean"
        if kind.removeprefix("U") in _WHOLE_TYPES:
            return "whole"
        if kind in ("FLOAT", "DOUBLE"):
            return "real"
        if kind.startswith("DECIMAL"):
            return "decimal"
        if kind == "DATE":
            return "date"
        if kind == "TIMESTAMP WITH TIME ZONE":
            return "instant"
        if kind.startswith("TIMESTAMP"):
            return "local"
        return "text"


def text_sql(cell: Cell) -> str:
    """Return a cell as text, for rows and columns that are kept as they came."""
    return (
        f"cast(to_json({cell.sql}) as varchar)"
        if cell.family == "nested"
        else (f"cast({cell.sql} as varchar)")
    )


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
