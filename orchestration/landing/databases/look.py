"""A look at a database before it is read: whether it answers, and which columns map."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.database_settings import LandingDatabase
from orchestration.errors import StrataError
from orchestration.landing_schema import LANDING

if TYPE_CHECKING:
    from sqlalchemy import Engine

CONNECT_TIMEOUT_SECONDS = 10
DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
"""By the scheme of an address, what SQLAlchemy calls the driver."""

# A MySQL `timestamp` is an instant, which the session shows in its own time zone.
_CONNECT_ARGUMENTS: dict[str, dict[str, object]] = {
    "postgresql+psycopg2": {"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    "mysql+pymysql": {
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "init_command": "set time_zone = '+00:00'",
    },
}


class SourceDatabaseError(StrataError):
    """A database could not be read; nothing was landed of it, and its cursor stands where it did.

    What the driver says is left out: it may quote rows.
    """


@dataclass(frozen=True)
class TableLook:
    """What a table has to offer its landing table; names are those in the landing folder.

    Attributes
    ----------
    mapped
        Columns of the contract that the table fills.
    absent
        Optional columns of the contract that it does not.
    unknown
        Its other columns, which are kept in raw.
    cursor_type
        The Python type of the cursor's values; None without a cursor.
    """

    mapped: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    cursor_type: type | None


@contextmanager
def engine_of(database: LandingDatabase) -> Iterator["Engine"]:
    """Make the engine of a database, with nothing open yet.

    Raises
    ------
    SourceDatabaseError
        If the address is missing or of another kind, or a driver is.
    """
    try:
        import sqlalchemy
        from sqlalchemy.pool import NullPool
    except ImportError:
        raise SourceDatabaseError(
            "`landing.databases` needs dlt: pip install 'strata[databases]'."
        ) from None
    scheme, separator, rest = os.environ.get(database.url_env, "").partition("://")
    driver = DRIVERS.get(scheme)
    if not separator or driver is None:
        is_set = "is no such address" if os.environ.get(database.url_env) else "is not set"
        raise SourceDatabaseError(
            f"`landing.databases` {database.name} takes its address from the variable "
            f"{database.url_env}, which {is_set}. Set it to "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or mysql://…"
        )
    try:
        engine = sqlalchemy.create_engine(
            f"{driver}://{rest}", connect_args=_CONNECT_ARGUMENTS[driver], poolclass=NullPool
        )
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise SourceDatabaseError(
            f"The address in {database.url_env} cannot be read. Write special characters of user "
            "and password as %XX."
        ) from None
    try:
        yield engine
    finally:
        engine.dispose()


def look_at(database: LandingDatabase) -> TableLook:
    """Connect and compare the table's columns with the contract's; reads no row.

    Raises
    ------
    SourceDatabaseError
        If the database does not answer, or table, cursor or a required column are not there.
    """
    import sqlalchemy

    with engine_of(database) as engine:
        try:
            found = sqlalchemy.inspect(engine).get_columns(
                database.table_name, schema=database.schema_name
            )
        except sqlalchemy.exc.NoSuchTableError:
            raise SourceDatabaseError(
                f"{database.name}: there is no table or view {database.table} that the user may "
                "see. Where it is in a schema, write SCHEMA.TABLE."
            ) from None
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise SourceDatabaseError(
                f"{database.name}: the database cannot be reached ({type(error).__name__}); is it "
                f"running, and is the address in {database.url_env} right?"
            ) from None
    return map_columns(database, {each["name"]: _python_type(each["type"]) for each in found})


def map_columns(database: LandingDatabase, found: Mapping[str, type]) -> TableLook:
    """Compare the columns of a table, by name with their Python types, with the contract's.

    Raises
    ------
    SourceDatabaseError
        If the table lacks a column that the settings name, or one that the contract requires.
    """
    named = [*database.rename, *(database.columns or ()), *filter(None, [database.cursor])]
    missing = sorted(set(named) - set(found))
    if missing:
        raise SourceDatabaseError(
            f"{database.name}: {database.table} has no column {', '.join(missing)}; it has "
            f"{', '.join(found)}."
        )
    read = found if database.columns is None else database.columns
    # Columns of files are matched the same way, whatever their case.
    landed = [database.landing_column(column).strip().lower() for column in read]
    table = LANDING[database.into]
    lacking = [column for column in table.required if column not in landed]
    if lacking:
        raise SourceDatabaseError(
            f"{database.name}: {database.table} fills no {', '.join(lacking)}, which "
            f"{database.into} requires. Name the columns that do under `rename`; it has "
            f"{', '.join(found)}."
        )
    return TableLook(
        mapped=tuple(column for column in table.by_name if column in landed),
        absent=tuple(column for column in table.by_name if column not in landed),
        unknown=tuple(column for column in landed if column not in table.by_name),
        cursor_type=found[database.cursor] if database.cursor else None,
    )


def _python_type(kind: Any) -> type:
    """Return the Python type of a column's values; that of one without any is `object`."""
    try:
        python_type: type = kind.python_type
    except NotImplementedError:
        return object
    return python_type
