"""What happens when there is no room left for a night that is being published."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.errors import StrataError
from orchestration.home import Home
from orchestration.publishing import retention
from orchestration.publishing.manifest import Issue, parquet_folder

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The disk is full, the user's quota is used up, the file may not grow."""

MEGABYTE = 1_000_000


class FullDiskError(StrataError):
    """No room for the night; what was published before stands."""


@contextmanager
def cleared_on_failure(home: Home, current: Issue | None) -> Iterator[None]:
    """Remove what was half built if the block fails; say what to do if there was no room.

    Raises
    ------
    FullDiskError
        If the system refused to write for want of room; other errors pass as they are.
    """
    try:
        yield
    except (OSError, duckdb.Error, StrataError) as error:
        retention.recover(home)
        if not _is_for_want_of_room(error):
            raise
        raise FullDiskError(_what_to_do(home, current, error)) from error


def _is_for_want_of_room(error: BaseException) -> bool:
    """Tell by the number, or by its words: DuckDB hands on those alone."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return any(os.strerror(number) in str(error) for number in NO_ROOM)


def _what_to_do(home: Home, current: Issue | None, error: BaseException) -> str:
    free = shutil.disk_usage(home.serving).free // MEGABYTE
    stands = "Nothing had been published before."
    if current is not None:
        files = [home.serving / current.serving_file]
        files += [parquet_folder(home) / file.path for file in current.files]
        size = sum(file.stat().st_size for file in files) // MEGABYTE + 1
        stands = (
            f"The night of {current.as_of_date} stands as it was; it takes {size} MB, and the next "
            "one is built beside it."
        )
    return (
        f"No room to publish in {home.serving}: {free} MB are free ({error}). {stands} What was "
        f"half built is removed. Make room (rebuilds/, unloaded/ and tmp/ in {home.root} may be "
        "moved away), then run the night again."
    )
