"""Errors in words that quote no data; their full texts in files for the owner of the machine."""

import logging
import os
import re
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
from dagster._core.errors import DagsterUserCodeExecutionError
from dagster._utils.error import USER_FACING_ERROR_ID_ATTR_NAME

from models.errors import ArtifactError
from orchestration.errors import StrataError
from orchestration.home import Home

# Dagster then puts an id in the place of every exception's text and stack, wherever it would be
# stored or shown, and logs the exception to this logger alone.
_REDACT_VARIABLE = "DAGSTER_REDACT_USER_CODE_ERRORS"
_LOGGER = "dagster.redacted_errors"
_KEPT_IN = "_strata_kept_in"

KEPT_DAYS = 14
"""A text may quote a customer: it is kept for as long as somebody may look into it, no longer."""

WITHOUT_DATA = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
)
"""DuckDB's errors that speak of names, files and room; its others quote the value they fail at."""

_EMAIL = re.compile(r"[^\s@'\"<>(),;:=]+@[^\s@'\"<>(),;:=]+")
# Nine digits or more, spaces and such between them; no date, nothing within a longer name.
_PHONE = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ()./-]?\d){8,}")


@dataclass(frozen=True)
class ToldError:
    """What may be said of an error: its class, words, and where below the home all of it lies."""

    error_class: str
    words: str
    kept_in: str | None


def keep_errors_private(home: Home) -> None:
    """Let no exception's text leave this process but for the files of the home's `errors/`."""
    os.environ[_REDACT_VARIABLE] = "1"
    logger = logging.getLogger(_LOGGER)
    logger.propagate = False
    logger.handlers = [_ErrorFiles(home.errors)]


def told(error: BaseException) -> ToldError:
    """Return what may be said of an error.

    The texts of the project's own errors are written for people, and those of a full disk or an
    unknown column quote no data; of all others only the class is told. A file's first line may be
    data if its header is missing: what looks like an e-mail address or a phone number is masked in
    any case.
    """
    chain = list(chain_of(error))
    kept_in = next((getattr(each, _KEPT_IN) for each in chain if hasattr(each, _KEPT_IN)), None)
    spoken = next((each for each in chain if _own_words(each) is not None), chain[-1])
    name = type(spoken).__name__
    where = f"in {kept_in} on the machine" if kept_in else "not kept"
    words = _own_words(spoken) or f"{name}. Its text may quote data, and is {where}."
    return ToldError(name, masked(words), kept_in)


def masked(text: str) -> str:
    """Return a text without what looks like an e-mail address or a phone number."""
    return _PHONE.sub("[number]", _EMAIL.sub("[e-mail]", text))


def forget_old_errors(home: Home) -> None:
    """Delete the texts that are older than they may become."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for path in home.errors.glob("*.txt"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


class _ErrorFiles(logging.Handler):
    """Writes what Dagster leaves out of its records to files that their owner alone can read."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        text = "".join(traceback.format_exception(error))
        path = self._folder / f"{getattr(error, USER_FACING_ERROR_ID_ATTR_NAME)}.txt"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            # The disk may be what failed: the class of the error is told all the same.
            return
        raised = error
        if isinstance(error, DagsterUserCodeExecutionError) and error.user_exception is not None:
            raised = error.user_exception
        setattr(raised, _KEPT_IN, f"errors/{path.name}")


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Return the error, then the one that it was raised from, and so on to the first."""
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__


def _own_words(error: BaseException) -> str | None:
    """Return the text of an error that quotes no data."""
    if isinstance(error, StrataError | ArtifactError):
        return str(error)
    if isinstance(error, dg.Failure):
        return error.description
    # Those of libraries about the network are `OSError`s without the system's own words.
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}: {error.filename}"
    if isinstance(error, WITHOUT_DATA):
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    return None
