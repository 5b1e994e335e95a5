"""Settings of the databases that rows come from and go to; addresses stay in the environment."""

from pydantic import Field

from orchestration.scheme_settings import Section

VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"


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
