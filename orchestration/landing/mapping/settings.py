"""`landing.mapping` of `strata.yml`: file pattern, how values are written, and what they become."""

import fnmatch
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from orchestration.database_settings import LandingDatabase
from orchestration.landing.mapping.rules import ColumnRule, RowCondition
from orchestration.landing_schema import LANDING
from orchestration.scheme_settings.section import Section

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Names that `dates` may have beside a format, and the microseconds of one unit."""


class Conversion(Section):
    """Amounts in other currencies, taken at one fixed rate each."""

    to: str = Field(pattern=r"^[A-Z]{3}$", description="The account's currency, ISO 4217")
    rates: dict[str, float] = Field(description="How much one unit is worth, as `USD: 0.92`")

    @field_validator("rates")
    @classmethod
    def _are_rates(cls, rates: dict[str, float]) -> dict[str, float]:
        wrong = [code for code, rate in rates.items() if len(code) != 3 or not rate > 0]
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)}: needs ISO codes of three letters and rates above 0"
            )
        return {code.upper(): rate for code, rate in rates.items()}


class TablePart(Section):
    """What the rows of an export become in one landing table."""

    table: str = Field(description="The landing table")
    part: str = Field(
        "",
        pattern=r"^[a-z0-9_]*$",
        description="A name, where one table is filled in several ways: `refunds`",
    )
    rows: tuple[RowCondition, ...] = Field((), description="Rows that are taken; all by default")
    once_per_order: bool = Field(default=False, description="The first row of each order only")
    columns: dict[str, ColumnRule] = Field(description="Landing column: where it comes from")

    @field_validator("table")
    @classmethod
    def _is_landing_table(cls, table: str) -> str:
        if table not in LANDING:
            raise ValueError(f"is no landing table; there are {', '.join(LANDING)}")
        return table

    @model_validator(mode="after")
    def _fits_its_table(self) -> "TablePart":
        table = LANDING[self.table]
        unknown = [name for name in self.columns if name not in table.by_name]
        if unknown:
            raise ValueError(
                f"{', '.join(unknown)}: no column of {self.table}, which has "
                f"{', '.join(table.by_name)}"
            )
        missing = [name for name in table.required if name not in self.columns]
        if missing:
            raise ValueError(f"{self.table} needs {', '.join(missing)} too")
        above: set[str] = set()
        for name, rule in self.columns.items():
            used = rule.parsed.earlier if rule.formula and rule.parsed else ()
            later = [each for each in used if each not in above]
            if later:
                raise ValueError(
                    f"the formula of {name} uses {', '.join(later)}, which is no column above it; "
                    "columns of the export stand in [brackets]"
                )
            above.add(name)
        return self


class Mapping(Section):
    """One kind of export."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="What it is called")
    files: str = Field(description="Files below landing/, one folder deep: `shopify/*.csv`")
    encoding: str = Field("utf-8", description="Of text: utf-8, gb18030, cp1252, …")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Of CSV; left out, it is found"
    )
    decimal_comma: bool = Field(default=False, description="Whether numbers look like 1.234,50")
    dates: str | None = Field(
        None, description="As `%d.%m.%Y %H:%M`, or epoch_s, epoch_ms, epoch_us; default ISO 8601"
    )
    time_zone: str | None = Field(
        None, description="Of times without an offset; default: that of the account"
    )
    order: str | None = Field(None, description="The column that says to which order a row belongs")
    fill_down: tuple[str, ...] = Field(
        (), description="Columns that only the first row of an order has"
    )
    convert: Conversion | None = Field(None, description="Other currencies to the account's")
    optional: tuple[str, ...] = Field((), description="Columns that a file may lack")
    aliases: dict[str, tuple[str, ...]] = Field(
        {}, description="Other names of a column, in other versions of the export"
    )
    unused: tuple[str, ...] = Field((), description="Columns that are known and not taken")
    tables: tuple[TablePart, ...] = Field(min_length=1, description="What the rows become")

    @field_validator("files")
    @classmethod
    def _is_one_folder_deep(cls, files: str) -> str:
        folder, _, pattern = files.partition("/")
        is_plain = folder and not set(folder) & set("*?[\\") and not folder.startswith(".")
        if not is_plain or not pattern or "/" in pattern:
            raise ValueError("must be a folder below landing/ and a pattern, as in shopify/*.csv")
        return files

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError("is no encoding that is known, such as utf-8 or gb18030") from None
        return encoding

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError("is no IANA time zone such as Europe/London")
        return zone

    @model_validator(mode="after")
    def _belongs_together(self) -> "Mapping":
        twice = [
            each for each, n in Counter((t.table, t.part) for t in self.tables).items() if n > 1
        ]
        if twice:
            raise ValueError(f"fills {twice[0][0]} twice: give each a `part` of its own")
        rules = [rule for part in self.tables for rule in part.columns.values()]
        needs_order = (
            bool(self.fill_down)
            or any(part.once_per_order for part in self.tables)
            or any(rule.share or rule.number for rule in rules)
        )
        if needs_order and self.order is None:
            raise ValueError("fill_down, share, number and once_per_order need `order`")
        if self.convert and not any("currency" in part.columns for part in self.tables):
            raise ValueError("`convert` needs a table with the column `currency`")
        return self

    @property
    def folder(self) -> str:
        return self.files.partition("/")[0]

    def matches(self, name: str) -> bool:
        """Say whether a file of the folder is of this kind."""
        return fnmatch.fnmatchcase(name, self.files.partition("/")[2])

    def reads(self, part: TablePart) -> tuple[str, ...]:
        """Return what one table looks at, in the order in which it is first named."""
        named = [self.order] if self.order else []
        named += [each.column for each in part.rows]
        named += [name for rule in part.columns.values() for name in rule.reads]
        return tuple(dict.fromkeys(named))

    @property
    def all_reads(self) -> tuple[str, ...]:
        """What all tables together look at."""
        return tuple(dict.fromkeys(name for part in self.tables for name in self.reads(part)))

    def names_of(self, column: str) -> tuple[str, ...]:
        """Return what a column may be called in a file, in small letters, its own name first."""
        return tuple(name.lower() for name in (column, *self.aliases.get(column, ())))


Named = Mapping | LandingDatabase


class LandingSettings(Section):
    """How exports that are not in the form of the landing tables are read, and databases."""

    mapping: tuple[Mapping, ...] = Field((), description="One entry a kind of export")
    databases: tuple[LandingDatabase, ...] = Field((), description="Tables read before each night")
    control_tolerance: Decimal = Field(
        Decimal("0.01"),
        ge=0,
        description="How far a month's revenue may be from that of control_totals",
    )
    salt: str = Field("", description="Mixed into pseudonyms; changing it makes other customers")

    @field_validator("mapping", "databases")
    @classmethod
    def _no_name_twice(cls, entries: tuple[Named, ...]) -> tuple[Named, ...]:
        twice = [name for name, n in Counter(each.name for each in entries).items() if n > 1]
        if twice:
            raise ValueError(f"{twice[0]} stands there twice: every entry has a name of its own")
        return entries

    @model_validator(mode="after")
    def _pseudonyms_are_salted(self) -> "LandingSettings":
        rules = [
            rule for each in self.mapping for part in each.tables for rule in part.columns.values()
        ]
        if not self.salt and any(rule.pseudonym for rule in rules):
            raise ValueError("`salt` is missing: without it anybody could guess who a pseudonym is")
        return self


@dataclass(frozen=True)
class Reading:
    """By what one file becomes rows of one table."""

    mapping: Mapping
    part: TablePart
    salt: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the export that are looked at."""
        return self.mapping.reads(self.part)

    @property
    def sha256(self) -> str:
        """What tells whether a file would be read otherwise today than when it was loaded."""
        values = {
            **self.mapping.model_dump(mode="json", exclude={"name", "files", "tables", "unused"}),
            "part": self.part.model_dump(mode="json"),
            "salt": self.salt,
        }
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
