"""Tonight's entries and exits to the webhook's receiver, and what came of it."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.export_settings import WebhookSettings
from orchestration.exports import told
from orchestration.exports.message import Night, message_id, payload
from orchestration.exports.posting import Answer, Outcome, Receiver, post_signed
from orchestration.home import Home
from orchestration.publishing import durable

OUTCOME = "last-delivery.json"


@dataclass(frozen=True)
class Delivery:
    """What came of a night's POSTs.

    Attributes
    ----------
    batches, taken, refused
        POSTs that there were, that the receiver took, that it answered with a refusal.
    entered, left
        Ids told in those that were taken.
    reason
        Why not all were taken, in words without address or id; None if all were.
    """

    as_of_date: date
    run_id: str
    batches: int
    taken: int
    refused: int
    entered: int
    left: int
    reason: str | None
    finished_at: datetime

    @property
    def missed(self) -> int:
        return self.batches - self.taken


@dataclass
class _Count:
    """What came of the POSTs so far."""

    night: Night
    batches: int
    reason: str | None = None
    taken: int = 0
    refused: int = 0
    entered: int = 0
    left: int = 0

    def add(self, batch: told.Batch, outcome: Outcome) -> None:
        """Count one POST."""
        if outcome.answer is Answer.TAKEN:
            self.taken += 1
            self.entered += len(batch.entered)
            self.left += len(batch.left)
            return
        self.refused += outcome.answer is Answer.REFUSED
        self.reason = f"{outcome.reason} after {outcome.attempts} attempts"

    def delivery(self) -> Delivery:
        """Return the outcome as it stands."""
        return Delivery(
            as_of_date=self.night.as_of_date,
            run_id=self.night.run_id,
            batches=self.batches,
            taken=self.taken,
            refused=self.refused,
            entered=self.entered,
            left=self.left,
            reason=self.reason,
            finished_at=datetime.now(UTC).replace(tzinfo=None),
        )


def deliver(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    webhook: WebhookSettings,
    night: Night,
    profiles: Path,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Delivery:
    """Tell the receiver who entered and who left its segments; a failure raises nothing.

    A receiver that does not answer is not asked again tonight: the other batches wait for the next
    night with it. One that refuses a batch is still offered the others. Without a secret nothing
    goes out.

    Parameters
    ----------
    connection
        An open serving file.
    profiles
        The exported profiles: nobody else is told of.
    """
    assert webhook.url is not None
    path = told.told_path(home, webhook.url)
    sizes = told.find_moves(
        connection, profiles, path, webhook.segments, batch_ids=webhook.batch_ids
    )
    total = sum(count for _, count in sizes)
    secret = environment.get(webhook.secret_env, "")
    if not secret:
        unsigned = f"the environment variable {webhook.secret_env} is not set"
        return _keep(home, _Count(night, total, reason=unsigned if total else None))
    told.write_told(connection, path)
    receiver = Receiver(webhook.url, secret, webhook.timeout_seconds, webhook.attempts)
    count = _Count(night, total)
    deadline = time.monotonic() + webhook.total_seconds
    for batch in _batches(connection, sizes):
        if time.monotonic() > deadline:
            count.reason = f"more than {webhook.total_seconds:g} s were needed"
            break
        sent_at = int(datetime.now(UTC).timestamp())
        body = payload(batch, night, _name(connection, batch.segment_id), sent_at=sent_at)
        outcome = post_signed(receiver, message_id(batch, night), body, sent_at=sent_at)
        count.add(batch, outcome)
        if outcome.answer is Answer.TAKEN:
            told.confirm(connection, batch)
        elif outcome.answer is Answer.UNREACHABLE:
            break
    told.write_told(connection, path)
    return _keep(home, count)


def last_delivery(home: Home) -> Delivery | None:
    """Return what came of the latest POSTs; None if there were none yet."""
    path = home.exports / "webhook" / OUTCOME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    content["as_of_date"] = date.fromisoformat(content["as_of_date"])
    content["finished_at"] = datetime.fromisoformat(content["finished_at"])
    return Delivery(**content)


def _batches(
    connection: duckdb.DuckDBPyConnection, sizes: list[tuple[str, int]]
) -> Iterator[told.Batch]:
    for segment_id, count in sizes:
        for number in range(1, count + 1):
            yield told.read_batch(connection, segment_id, number, count)


def _name(connection: duckdb.DuckDBPyConnection, segment_id: str) -> str:
    row = connection.execute(
        "select max(segment_name) from marts.dim_segments where segment_id = ?", [segment_id]
    ).fetchone()
    return str(row[0]) if row and row[0] is not None else segment_id


def _keep(home: Home, count: _Count) -> Delivery:
    """Write the outcome down for `strata status`, and return it."""
    delivery = count.delivery()
    path = home.exports / "webhook" / OUTCOME
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write_text(path, json.dumps(asdict(delivery), default=str, indent=1) + "\n")
    return delivery
