"""One writer at a time: a lock on a file that names who holds it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.errors import BusyError
from orchestration.home import Home

POLL_SECONDS = 0.5
# Whoever looks who holds the lock takes it for less than this, and keeps nobody from writing.
LOOK_SECONDS = 0.05

# Locks that this process holds: the command line takes one around the job that takes it again.
_held: dict[Path, int] = {}


@contextmanager
def hold_the_warehouse(home: Home, holder: str, *, wait_seconds: float) -> Iterator[None]:
    """Hold the only right to write for one `with` block; the system frees it if the process dies.

    Parameters
    ----------
    holder
        What is being done, in words; shown to whoever is refused.
    wait_seconds
        How long to wait for another holder; 0 refuses at once.

    Raises
    ------
    BusyError
        Naming the holder, its process and since when.
    """
    path = home.lock_file
    if _held.get(path):
        _held[path] += 1
        try:
            yield
        finally:
            _held[path] -= 1
        return
    home.root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, time.monotonic() + max(wait_seconds, LOOK_SECONDS))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(_card(holder)).encode(), 0)
        _held[path] = 1
        try:
            yield
        finally:
            _held[path] = 0
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holding_process(home: Home) -> int | None:
    """Return the process that holds the warehouse, None if nobody does or it is not known."""
    if _held.get(home.lock_file):
        return os.getpid()
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _process_on(os.pread(descriptor, 4096, 0))
    finally:
        os.close(descriptor)
    return None


def _process_on(card: bytes) -> int | None:
    try:
        return int(json.loads(card)["pid"])
    except (ValueError, KeyError, TypeError):
        return None


def _card(holder: str) -> dict[str, object]:
    return {
        "holder": holder,
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _acquire(descriptor: int, deadline: float) -> None:
    """Take the lock, waiting until the deadline."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left > 0:
                time.sleep(min(POLL_SECONDS, left))
                continue
            raise BusyError(_refusal(os.pread(descriptor, 4096, 0))) from None
        return


def _refusal(card: bytes) -> str:
    """Say who holds the lock."""
    try:
        held = json.loads(card)
        who = f"{held['holder']} (process {held['pid']}, since {held['since']})"
    except (ValueError, KeyError):
        who = "another process"
    return f"Busy: {who} is writing. Try again later, or wait for it with --wait SECONDS."
