"""What the operating system will not give of a landing file, said in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import LandingError

# A full disk is met where something is written: no landing file is at fault.
_OF_WRITING = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def said_of(label: str, path: Path) -> Iterator[None]:
    """Turn an error of the operating system about one file into words; let all others pass.

    Raises
    ------
    LandingError
        Naming the file, why it cannot be read, and what to do.
    """
    try:
        yield
    except OSError as error:
        named = error.filename
        if error.errno in _OF_WRITING or (named is not None and str(named) != str(path)):
            raise
        raise LandingError(f"{_printable(label)}: {_why(path, error)}") from None


def check_can_be_read(label: str, path: Path) -> None:
    """Refuse a file that cannot be opened.

    Raises
    ------
    LandingError
        Naming the file, why it cannot be read, and what to do.
    """
    with said_of(label, path), path.open("rb") as stream:
        stream.read(1)


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return (
            f"it is a link to {path.readlink()}, which is not there. Put the file there, or remove "
            "the link."
        )
    if isinstance(error, FileNotFoundError):
        return (
            "the file is gone: it was moved, renamed or deleted while the folder was looked at. "
            "Write a file under a name that ends in `.part`, rename it when it is whole, and try "
            "again."
        )
    if isinstance(error, PermissionError):
        return (
            "the file may not be read by the user that runs Strata. Allow it (`chmod a+r`, and "
            "`chmod a+rx` on its folder), or move the file away."
        )
    return (
        f"the file cannot be read ({error.strerror or type(error).__name__}). Land it again, or "
        "move it away."
    )


def _printable(label: str) -> str:
    """Return a name as text that can be written anywhere: its bytes need not be UTF-8."""
    return label.encode("utf-8", "backslashreplace").decode("utf-8")
