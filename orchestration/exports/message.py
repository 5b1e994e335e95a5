"""What a POST of entries and exits says, and the key by which a receiver knows it again."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from orchestration.exports.told import Batch

EVENT = "segment.moves"


@dataclass(frozen=True)
class Night:
    """The published night whose moves are told, and the run that tells them."""

    as_of_date: date
    run_id: str


def payload(batch: Batch, night: Night, segment_name: str, *, sent_at: int) -> bytes:
    """Return the JSON of a batch: ids of customers, and of persons nothing else."""
    content: dict[str, Any] = {
        "type": EVENT,
        "timestamp": datetime.fromtimestamp(sent_at, UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "as_of_date": night.as_of_date.isoformat(),
            "run_id": night.run_id,
            "scheme": batch.segment_id.partition(".")[0],
            "segment_id": batch.segment_id,
            "segment_name": segment_name,
            "batch": batch.number,
            "batches": batch.batches,
            "entered": batch.entered,
            "left": batch.left,
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def message_id(batch: Batch, night: Night) -> str:
    """Return the idempotency key: the run, the segment, the batch, and what is told in it.

    It is the same in every attempt, and differs from that of a batch that had been taken when the
    rest is told again.
    """
    content = json.dumps([batch.entered, batch.left]).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return f"{night.run_id}:{batch.segment_id}:{batch.number}:{digest}"
