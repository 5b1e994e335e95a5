"""A connection to the Postgres that is published to, and its errors in words without any data."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orchestration.database_settings import PostgresPublish
from orchestration.errors import StrataError

CONNECT_TIMEOUT_SECONDS = 10
LOCK_TIMEOUT_SECONDS = 60
"""How long a publish waits for somebody who changes a table or builds an index on it."""
LOCK_NOT_AVAILABLE = "55P03"

# By SQLSTATE, the longest beginning first: what went wrong and what to do.
_WORDS: dict[str, str] = {
    "42501": "the user may not do this: it needs `create` on the schema and has to own its tables",
    LOCK_NOT_AVAILABLE: "somebody kept a table locked (changes it, builds an index, or reads it in "
    "a long transaction while a new column is added; see pg_locks); then: strata publish",
    "53100": "its disk is full",
    "28": "user or password were not accepted",
    "3D": "there is no database of that name",
    "53": "it has no room, memory or connection left",
    "57": "it was shut down, or somebody cancelled the statement",
    "08": "the connection was lost",
}


_ADDRESS = re.compile(
    r"[a-z0-9+]+://([^/@:]+(:[^/@]*)?@)?(?P<host>[\w.-]*(:\d+)?)(?P<database>/[\w-]*)(\?.*)?"
)


class PostgresError(StrataError):
    """Postgres could not take a night; what it held before stands there whole."""


@contextmanager
def connected(target: PostgresPublish) -> Iterator[Any]:
    """Open a connection for one `with` block; whatever fails in it is said without any data.

    Raises
    ------
    PostgresError
        If the variable is not set, Postgres is not reached or refuses something. What Postgres
        itself says is left out where it may quote a row or the address with its password.
    """
    psycopg2 = _driver()
    url = os.environ.get(target.url_env)
    if not url:
        raise PostgresError(
            f"`publish.postgres` takes its address from the variable {target.url_env}, which is "
            "not set. Set it to postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
        )
    connection = None
    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="strata",
            client_encoding="UTF8",
            keepalives_idle=60,
        )
        yield connection
    except psycopg2.Error as error:
        raise PostgresError(_explained(error, url, is_open=connection is not None)) from None
    finally:
        if connection is not None:
            connection.close()


def _driver() -> Any:
    """Return psycopg2, which only an installation that publishes to Postgres needs."""
    try:
        import psycopg2
    except ImportError:
        raise PostgresError(
            "`publish.postgres` needs the driver: pip install 'strata[postgres]'."
        ) from None
    return psycopg2


def _explained(error: Any, url: str, *, is_open: bool) -> str:
    code = error.pgcode or ""
    known = next((words for start, words in _WORDS.items() if code.startswith(start)), None)
    if code and known is not None:
        what = known
    elif code:
        what = f"{type(error).__name__} (SQLSTATE {code})"
    elif is_open:
        what = "the connection was lost"
    else:
        what = "it cannot be reached; is it running, and are host, port, user and password right"
    return f"Postgres at {place_of(url)}: {what}. What it held before stands."


def place_of(url: str) -> str:
    """Return host, port and database of an address, and nothing of one that is written otherwise.

    In an address with a slip the password may stand anywhere.
    """
    found = _ADDRESS.fullmatch(url)
    return f"{found['host'] or 'its socket'}{found['database']}" if found else "the address given"
