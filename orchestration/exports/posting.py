"""One signed POST that is tried again, by the conventions of Standard Webhooks."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from time import sleep as pause

import requests

WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
MAX_PAUSE_SECONDS = 30.0
_SECRET_PREFIX = "whsec_"  # noqa: S105


class Answer(Enum):
    """What became of a POST."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Outcome:
    """The answer to a POST after all its attempts; `reason` never quotes what was sent or where."""

    answer: Answer
    attempts: int
    reason: str | None


@dataclass(frozen=True)
class Receiver:
    """Who takes the POSTs, the secret that both know, and how patiently it is tried."""

    url: str
    secret: str
    timeout_seconds: float
    attempts: int


def post_signed(receiver: Receiver, message_id: str, body: bytes, *, sent_at: int) -> Outcome:
    """Post a body until it is taken, refused, or all attempts are used up.

    Every attempt carries the same id, so that a receiver that had taken one whose answer was lost
    can tell. A redirect is refused: it could lead ids to a place that nobody named.
    """
    headers = signed_headers(receiver.secret, message_id, body, sent_at=sent_at)
    reason = None
    for attempt in range(1, receiver.attempts + 1):
        try:
            response = requests.post(
                receiver.url,
                data=body,
                headers=dict(headers),
                timeout=receiver.timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            reason = type(error).__name__
        else:
            if response.ok and not response.is_redirect:
                return Outcome(Answer.TAKEN, attempt, None)
            reason = f"HTTP {response.status_code}"
            if response.status_code not in WORTH_ANOTHER_TRY:
                return Outcome(Answer.REFUSED, attempt, reason)
        if attempt < receiver.attempts:
            pause(min(2.0 ** (attempt - 1), MAX_PAUSE_SECONDS))
    return Outcome(Answer.UNREACHABLE, receiver.attempts, reason)


def signed_headers(secret: str, message_id: str, body: bytes, *, sent_at: int) -> Mapping[str, str]:
    """Return the headers of a POST: its id, when it was sent (Unix seconds), the signature of both.

    The signature is HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0).
    """
    signed = b".".join([message_id.encode(), str(sent_at).encode(), body])
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": message_id,
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    """Return the secret's bytes; after `whsec_` they stand in base64, as such secrets are given."""
    if secret.startswith(_SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
