"""What a landing table is made of: columns, their kinds and types, and rules about rows."""

from dataclasses import dataclass, field
from typing import Literal

# id: trimmed text, a whole double loses its ".0"; text: trimmed text; code: one of `allowed`;
# money and quantity: decimal(18,4); at: instant, stored as UTC timestamp, with its business day
# beside it as `<stem>_date`; month: YYYY-MM.
Kind = Literal[
    "id",
    "text",
    "code",
    "money",
    "quantity",
    "number",
    "integer",
    "boolean",
    "at",
    "date",
    "month",
]

DUCKDB_TYPES: dict[Kind, str] = {
    "id": "varchar",
    "text": "varchar",
    "code": "varchar",
    "money": "decimal(18,4)",
    "quantity": "decimal(18,4)",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
    "at": "timestamp",
    "date": "date",
    "month": "varchar",
}


@dataclass(frozen=True)
class Column:
    """One column of a landing table.

    `allowed` lists the values of a code. An optional value outside `lowest` to `highest`, or of a
    day that is not within `years_back` before the day it is loaded, becomes null and is counted.
    """

    name: str
    kind: Kind
    is_required: bool = False
    allowed: tuple[str, ...] | None = None
    lowest: int | None = None
    highest: int | None = None
    years_back: int | None = None

    @property
    def has_range(self) -> bool:
        return self.lowest is not None or self.years_back is not None

    @property
    def date_name(self) -> str | None:
        """Name of the business-day column that stands beside an instant."""
        return self.name.removesuffix("_at") + "_date" if self.kind == "at" else None


@dataclass(frozen=True)
class RowRule:
    """Why a row is rejected though all its values can be typed; `is_broken` is SQL over them."""

    reason: str
    is_broken: str


@dataclass(frozen=True)
class LandingTable:
    """One landing table.

    `key` makes rows upserts; empty means rows have no key. With `is_key_optional` a row whose key
    has a null part counts as keyless. `identity` is what makes two keyless rows the same line.
    `version` is the column whose latest value wins before load order does. A row that breaks one of
    `rules` is rejected.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    is_key_optional: bool = False
    identity: tuple[str, ...] = ()
    version: str | None = None
    rules: tuple[RowRule, ...] = ()
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_required)

    @property
    def ranged(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.has_range)

    def create_sql(self) -> str:
        """Return the DDL of `raw.<name>`: origin of the row, typed columns, the rest as JSON."""
        lines = ["file_seq bigint not null", "row_number bigint not null"]
        for column in self.columns:
            lines.append(f"{column.name} {DUCKDB_TYPES[column.kind]}")
            if column.date_name:
                lines.append(f"{column.date_name} date")
        lines.append("extra_columns varchar")
        return f"create table if not exists raw.{self.name} (\n    " + ",\n    ".join(lines) + "\n)"
