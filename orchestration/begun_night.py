"""The night that was begun last, in `last_night.json`: which, and how it ended."""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from orchestration.home import Home
from orchestration.lock import holding_process
from orchestration.publishing.durable import write_text

State = Literal["running", "through", "failed", "broken off"]


@dataclass(frozen=True)
class BegunNight:
    """One night, and the process that began it.

    Attributes
    ----------
    begun_at, ended_at : UTC, to the second; nobody writes down the end of a night that is killed.
    came_through : null as long as the end is not known.
    why : what may be said of the error that it failed with.
    """

    as_of_date: str
    run_id: str
    process: int
    begun_at: str
    ended_at: str | None = None
    came_through: bool | None = None
    why: str | None = None


def begin_night(home: Home, as_of_date: date, run_id: str) -> None:
    """Write down that this process, which holds the warehouse, begins a night."""
    _write(home, BegunNight(as_of_date.isoformat(), run_id, os.getpid(), _now()))


def end_night(home: Home, run_id: str, *, came_through: bool, why: str | None = None) -> None:
    """Write down how a night ended; one that another was begun after is left alone."""
    begun = read_begun_night(home)
    if begun is not None and begun.run_id == run_id:
        _write(home, replace(begun, ended_at=_now(), came_through=came_through, why=why))


def read_begun_night(home: Home) -> BegunNight | None:
    """Return the night that was begun last; None if there was none or the file was spoiled."""
    try:
        return BegunNight(**json.loads(home.last_night_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def state_of(home: Home, begun: BegunNight) -> State:
    """Return how a night ended, or that it has not.

    A night without an end is running while its process holds the warehouse: the system frees the
    lock when a process dies.
    """
    if begun.came_through is not None:
        return "through" if begun.came_through else "failed"
    holder = holding_process(home)
    # It may have ended between the two looks.
    again = read_begun_night(home) or begun
    if again.run_id == begun.run_id and again.came_through is not None:
        return "through" if again.came_through else "failed"
    return "running" if holder == begun.process else "broken off"


def last_run(home: Home) -> dict[str, Any] | None:
    """Return the night that was begun last and its state, for `strata status`."""
    begun = read_begun_night(home)
    if begun is None:
        return None
    about = asdict(begun)
    del about["process"], about["came_through"]
    return {**about, "state": state_of(home, begun)}


def _write(home: Home, begun: BegunNight) -> None:
    write_text(home.last_night_file, json.dumps(asdict(begun), ensure_ascii=False, indent=1))


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
