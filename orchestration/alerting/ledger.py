"""What was told, in `alerts.json`: nothing is told twice, and what did not arrive is seen."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestration.alerting.messages import Message
from orchestration.home import Home
from orchestration.publishing.durable import write_text

# What makes a night bad until a good one is published.
_OPENING = ("failed", "stale")
KEPT_ENTRIES = 60
KEPT_UNDELIVERED_DAYS = 7
"""After that, what was not delivered is no news any more."""


@dataclass
class Entry:
    """One message that was told, or is still to be: `undelivered` says why, channel by channel."""

    kind: str
    night: str
    text: str
    what: str
    parts: dict[str, Any]
    told_at: str
    undelivered: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        return Message(self.kind, self.night, self.text, self.what, self.parts)  # type: ignore[arg-type]


@dataclass
class Ledger:
    """All entries, oldest first; `open_night` is the latest bad night that has not recovered."""

    entries: list[Entry] = field(default_factory=list)
    open_night: str | None = None

    def is_told(self, message: Message) -> bool:
        """Return whether the same was told before.

        Warnings stand from night to night, so they are told again only when one of them changes;
        all else is about its night.
        """
        same_kind = [entry for entry in self.entries if entry.kind == message.kind]
        if message.kind != "warnings":
            same_kind = [entry for entry in same_kind if entry.night == message.night]
        return bool(same_kind) and same_kind[-1].what == message.what

    def add(self, message: Message, channels: list[str]) -> None:
        """Note a message, to be delivered by channels."""
        self.entries.append(
            Entry(
                kind=message.kind,
                night=message.night,
                text=message.text,
                what=message.what,
                parts=dict(message.parts),
                told_at=datetime.now(UTC).isoformat(timespec="seconds"),
                undelivered=dict.fromkeys(channels, "not tried yet"),
            )
        )

    def follow(self, message: Message) -> None:
        """Keep whether all is well; what is told of the next bad night is news again."""
        if message.kind in _OPENING:
            if self.open_night is None:
                self.forget("recovered")
            self.open_night = max(self.open_night or "", message.night)
        elif message.kind == "recovered":
            self.open_night = None
            for kind in _OPENING:
                self.forget(kind)

    def forget(self, kind: str) -> None:
        """Let the next message of a kind be told whatever it says."""
        self.entries = [entry for entry in self.entries if entry.kind != kind or entry.undelivered]

    @property
    def undelivered(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.undelivered]


def read_ledger(home: Home) -> Ledger:
    """Return what was told; nothing, if the file is missing or was spoiled by hand."""
    try:
        kept = json.loads(home.alerts_file.read_text(encoding="utf-8"))
        entries = [Entry(**entry) for entry in kept["entries"]]
        return Ledger(entries, kept["open_night"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return Ledger()


@contextmanager
def ledger_to_change(home: Home) -> Iterator[Ledger]:
    """Read the ledger, and write it back at the end of the block; one process at a time."""
    home.root.mkdir(parents=True, exist_ok=True)
    with home.alerts_file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ledger = read_ledger(home)
        try:
            yield ledger
        finally:
            kept = {
                "entries": [asdict(entry) for entry in _worth_keeping(ledger)],
                "open_night": ledger.open_night,
            }
            write_text(home.alerts_file, json.dumps(kept, ensure_ascii=False, indent=1))


def _worth_keeping(ledger: Ledger) -> list[Entry]:
    now = datetime.now(UTC)
    kept = []
    for entry in ledger.entries[-KEPT_ENTRIES:]:
        if (now - datetime.fromisoformat(entry.told_at)).days >= KEPT_UNDELIVERED_DAYS:
            entry.undelivered = {}
        kept.append(entry)
    return kept
