"""Settings of the databases that rows come from and go to; addresses stay in the environment."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from orchestration.landing_schema import LANDING
from orchestration.scheme_settings import Section

VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"


class LandingDatabase(Section):
    """A table or view of a database whose new rows are written into a landing folder."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        description="Of one's own choice: of the asset, the files, the place of the cursor",
    )
    url_env: str = Field(
        pattern=VARIABLE,
        description="Name of the environment variable that holds the address, "
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or mysql://…",
    )
    table: str = Field(
        pattern=r"^([A-Za-z_][\w$]*\.)?[A-Za-z_][\w$]*$",
        description="A table or view, with its schema where it is not the user's own",
    )
    into: str = Field(description="The landing table")
    cursor: str | None = Field(
        None,
        description="A column that only grows, such as updated_at: rows from its last value on "
        "are read. Without it the whole table is, every night",
    )
    overlap: int | None = Field(
        None,
        ge=0,
        description="How far before the cursor's last value is read again, for rows that were "
        "written late: seconds, days of a date, else units. Default: an hour, a day, 1,000",
    )
    columns: tuple[str, ...] | None = Field(None, description="Read no others")
    rename: dict[str, str] = Field({}, description="Column in the database: landing column")

    @field_validator("into")
    @classmethod
    def _is_landing_table(cls, table: str) -> str:
        if table not in LANDING:
            raise ValueError(f"must be a landing table: {', '.join(LANDING)}")
        return table

    @model_validator(mode="after")
    def _reads_what_it_names(self) -> Self:
        if self.columns is not None:
            unread = {*self.rename, *([self.cursor] if self.cursor else [])} - set(self.columns)
            if unread:
                raise ValueError(f"names {', '.join(sorted(unread))}, which `columns` leaves out")
        if len(set(self.rename.values())) < len(self.rename):
            raise ValueError("renames two columns to the same one")
        return self

    @property
    def schema_name(self) -> str | None:
        return self.table.rpartition(".")[0] or None

    @property
    def table_name(self) -> str:
        return self.table.rpartition(".")[2]

    def landing_column(self, column: str) -> str:
        """Return the name under which a column lands."""
        return self.rename.get(column, column)


class PostgresPublish(Section):
    """A Postgres schema that holds the same tables as the serving file."""

    url_env: str = Field(
        pattern=VARIABLE,
        description="Name of the environment variable that holds the address, "
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
    )
    schema_name: str = Field("marts", pattern=IDENTIFIER, description="Made if it is not there")


class PublishSettings(Section):
    """Where the published tables go besides `serving/`."""

    postgres: PostgresPublish | None = Field(None, description="Left out: nowhere else")
