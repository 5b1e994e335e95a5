"""Entries and exits by webhook: signed, ids only, and a receiver that fails misses nothing."""

import base64
import hashlib
import hmac
import json
from datetime import date

import pytest

from orchestration.exports import delivery, posting
from orchestration.exports.deliver_night import deliver_export
from orchestration.exports.delivery import Delivery, last_delivery
from orchestration.exports.message import Night, message_id
from orchestration.exports.posting import Answer, post_signed, signed_headers
from orchestration.exports.told import Batch
from orchestration.exports.words import missed_delivery
from orchestration.exports.write_night import write_exports
from orchestration.settings import Settings
from tests.exports.conftest import (
    FIRST,
    SECOND,
    SECRET,
    THIRD,
    Customer,
    Receiver,
    Shop,
    settings,
)

CUSTOMERS = {f"C{number}": Customer() for number in range(4)}
MOVED = {**CUSTOMERS, "C1": Customer().moved(rfm="at_risk")}
REFUSED = {**CUSTOMERS, "C2": Customer(marketing=False)}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Know the secret, and note pauses instead of making them."""
    pauses: list[float] = []
    monkeypatch.setenv("STRATA_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(posting, "pause", pauses.append)
    return pauses


def to(receiver: Receiver, **webhook: object) -> Settings:
    return settings(webhook={"url": receiver.url, "timeout_seconds": 0.2, **webhook})


def night(shop: Shop, settings: Settings, day: date, customers: dict[str, Customer]) -> Delivery:
    """Publish and export a night, and tell of it."""
    issue = shop.publish(day, customers)
    found = deliver_export(shop.home, settings, issue, write_exports(shop.home, settings, issue))
    assert found is not None
    return found


def held_tonight(customers: dict[str, Customer]) -> dict[str, set[str]]:
    """Return the segments of scheme rfm as they are, of those who may be named."""
    held: dict[str, set[str]] = {}
    for customer_id, customer in customers.items():
        if customer.marketing:
            held.setdefault(f"rfm.{customer.segments['rfm']}", set()).add(customer_id)
    return held


def without_empty(lists: dict[str, set[str]]) -> dict[str, set[str]]:
    return {segment: members for segment, members in lists.items() if members}


def test_the_first_night_tells_all_members_and_the_next_who_entered_and_left(
    shop: Shop, receiver: Receiver
) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)

    second = night(shop, to(receiver), SECOND, MOVED)

    first, *moves = receiver.told
    assert first["segment_id"] == "rfm.loyal"
    assert first["entered"] == ["C0", "C1", "C2", "C3"]
    assert [(each["segment_id"], each["entered"], each["left"]) for each in moves] == [
        ("rfm.at_risk", ["C1"], []),
        ("rfm.loyal", [], ["C1"]),
    ]
    assert (second.batches, second.taken, second.entered, second.left) == (2, 2, 1, 1)
    assert second.reason is None
    assert missed_delivery(shop.home, second.run_id) == []


def test_a_post_holds_ids_and_nothing_else_of_a_person(shop: Shop, receiver: Receiver) -> None:
    night(shop, to(receiver), FIRST, {"C1": Customer().told(monetary=987654)})

    [(_, body)] = receiver.requests
    content = json.loads(body)
    assert set(content) == {"type", "timestamp", "data"}
    assert set(content["data"]) == {
        "as_of_date", "run_id", "scheme", "segment_id", "segment_name", "batch", "batches",
        "entered", "left",
    }  # fmt: skip
    assert b"987654" not in body


def test_the_signature_is_that_of_standard_webhooks(shop: Shop, receiver: Receiver) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)

    [(headers, body)] = receiver.requests
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["Idempotency-Key"] == headers["webhook-id"]
    assert headers["webhook-id"].startswith("run-1:rfm.loyal:1:")


def test_a_published_example_of_the_standard_is_signed_as_it_says() -> None:
    """The example of the Standard Webhooks libraries."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        sent_at=1614265330,
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_many_ids_go_out_in_batches(shop: Shop, receiver: Receiver) -> None:
    customers = {f"C{number:02d}": Customer() for number in range(25)}

    made = night(shop, to(receiver, batch_ids=10), FIRST, customers)

    assert [len(each["entered"]) for each in receiver.told] == [10, 10, 5]
    assert [(each["batch"], each["batches"]) for each in receiver.told] == [(1, 3), (2, 3), (3, 3)]
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 3
    assert made.entered == 25


def test_a_time_out_is_tried_again_with_longer_pauses_and_raises_nothing(
    shop: Shop, receiver: Receiver, no_pauses: list[float]
) -> None:
    receiver.delay = 0.5

    made = night(shop, to(receiver, attempts=3, timeout_seconds=0.05), FIRST, CUSTOMERS)

    assert made.missed == 1
    assert made.reason == "ReadTimeout after 3 attempts"
    assert no_pauses == [1.0, 2.0]
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
    [told] = missed_delivery(shop.home, made.run_id)
    assert told["measured"] == 1.0
    assert receiver.url not in str(told)


def test_a_receiver_that_is_not_there_is_not_asked_for_every_batch(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 503

    made = night(shop, to(receiver, batch_ids=1, attempts=2), FIRST, CUSTOMERS)

    assert made.missed == 4
    assert len(receiver.requests) == 2
    assert made.reason == "HTTP 503 after 2 attempts"


def test_a_slow_receiver_does_not_hold_the_night_for_ever(shop: Shop, receiver: Receiver) -> None:
    receiver.delay = 0.03

    made = night(shop, to(receiver, batch_ids=1, total_seconds=0.01), FIRST, CUSTOMERS)

    assert (made.taken, made.missed) == (1, 3)
    assert made.reason == "more than 0.01 s were needed"


def test_an_answer_that_comes_at_the_second_attempt_is_taken(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.answer = lambda place: 429 if place == 0 else 200

    made = night(shop, to(receiver), FIRST, CUSTOMERS)

    assert made.missed == 0
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("answers", [[503], [400], [200, 503], [503, 200], [200, 400, 200]])
def test_what_a_receiver_missed_is_in_the_next_delivery(
    shop: Shop, receiver: Receiver, answers: list[int]
) -> None:
    """Whatever is answered to the first posts of a night, a later good night puts all right."""
    night(shop, to(receiver), FIRST, CUSTOMERS)
    taken = len(receiver.requests)
    receiver.answer = lambda place: (
        answers[place - taken] if taken <= place < taken + len(answers) else 200
    )
    night(shop, to(receiver, attempts=1, batch_ids=1), SECOND, MOVED | REFUSED)

    third = night(shop, to(receiver), THIRD, REFUSED)

    assert third.missed == 0
    assert without_empty(receiver.lists()) == held_tonight(REFUSED)


@pytest.mark.parametrize("segment", ["rfm.at_risk", "rfm.loyal"])
def test_what_was_sent_without_an_answer_is_told_once_more_either_way(
    shop: Shop, receiver: Receiver, segment: str
) -> None:
    """The receiver took C1's entry (exit), its answer was lost, and C1 went back the next night."""
    told = to(receiver, segments=(segment,))
    night(shop, told, FIRST, CUSTOMERS)
    receiver.delay = 0.3
    failed = night(
        shop,
        to(receiver, segments=(segment,), attempts=1, timeout_seconds=0.05),
        SECOND,
        MOVED,
    )
    receiver.delay = 0.0

    night(shop, told, THIRD, CUSTOMERS)

    assert failed.missed == 1
    held = held_tonight(CUSTOMERS).get(segment, set())
    assert receiver.lists().get(segment, set()) == held


def test_a_crash_while_sending_loses_no_move(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_keep", lambda *_: 1 / 0)
        patch.setattr(delivery.told, "confirm", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            night(shop, to(receiver), SECOND, MOVED)

    night(shop, to(receiver), THIRD, CUSTOMERS)

    assert without_empty(receiver.lists()) == held_tonight(CUSTOMERS)


def test_a_night_that_is_run_again_tells_nothing_twice(shop: Shop, receiver: Receiver) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)
    posts = len(receiver.requests)

    again = night(shop, to(receiver), FIRST, CUSTOMERS)

    assert again.batches == 0
    assert len(receiver.requests) == posts


def test_who_takes_consent_back_leaves_every_segment(shop: Shop, receiver: Receiver) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)

    night(shop, to(receiver), SECOND, REFUSED)

    assert receiver.told[-1]["left"] == ["C2"]


def test_a_segment_that_is_new_in_the_settings_comes_whole(shop: Shop, receiver: Receiver) -> None:
    night(shop, to(receiver), FIRST, CUSTOMERS)

    night(shop, to(receiver, segments=("rfm", "churn_risk.low")), SECOND, CUSTOMERS)

    [told] = receiver.told[1:]
    assert (told["segment_id"], told["entered"]) == ("churn_risk.low", list(CUSTOMERS))


def test_without_a_secret_nothing_goes_out_and_the_reason_is_said(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRATA_WEBHOOK_SECRET")

    made = night(shop, to(receiver), FIRST, CUSTOMERS)

    assert receiver.requests == []
    assert made.missed == 1
    assert made.reason == "the environment variable STRATA_WEBHOOK_SECRET is not set"


def test_a_redirect_is_not_followed(shop: Shop, receiver: Receiver) -> None:
    receiver.answer = lambda _: 307

    made = night(shop, to(receiver), FIRST, CUSTOMERS)

    assert len(receiver.requests) == 1
    assert made.refused == 1
    assert made.reason == "HTTP 307 after 1 attempts"


def test_no_receiver_no_delivery(shop: Shop) -> None:
    issue = shop.publish(FIRST, CUSTOMERS)
    export = write_exports(shop.home, settings(), issue)

    assert deliver_export(shop.home, settings(), issue, export) is None
    assert last_delivery(shop.home) is None


def test_an_address_that_nobody_listens_at_is_unreachable() -> None:
    receiver = posting.Receiver("http://127.0.0.1:9/hook", "secret", 1.0, 1)

    outcome = post_signed(receiver, "id", b"{}", sent_at=0)

    assert outcome.answer is Answer.UNREACHABLE
    assert outcome.reason == "ConnectionError"


def test_the_key_of_a_batch_differs_where_its_content_does() -> None:
    run = Night(FIRST, "run-1")
    batch = Batch("rfm.loyal", 1, 1, ("C1",), ())

    assert message_id(batch, run) == message_id(Batch("rfm.loyal", 1, 1, ("C1",), ()), run)
    assert message_id(batch, run) != message_id(Batch("rfm.loyal", 1, 1, ("C2",), ()), run)
