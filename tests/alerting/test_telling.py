"""One message per night and kind: what is told, what is not told again, what is tried again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orchestration.alert_settings import AlertSettings
from orchestration.alerting import messages
from orchestration.alerting.ledger import read_ledger
from orchestration.alerting.messages import Message
from orchestration.alerting.telling import tell
from orchestration.home import Home
from orchestration.ops_tables import CheckResult
from orchestration.segment_sizes import SizeChange
from tests.alerting.conftest import MailSink, WebSink

DAY, NEXT_DAY = "2024-05-01", "2024-05-02"


@pytest.fixture
def home(tmp_path: Any) -> Home:
    return Home(tmp_path)


def failed(night: str, steps: dict[str, str | None], run_id: str = "run-1") -> Message:
    return messages.failed_night(night, run_id, steps, [], is_published=False)


def warned(night: str, rows: float) -> Message:
    check = CheckResult("no_row_was_rejected", "raw.rejected_rows", "warn", False, rows, 0.0)
    return messages.warned_checks(night, "run-1", [check])


def kinds(sink: WebSink) -> list[tuple[str, str]]:
    return [(body["kind"], body["as_of_date"]) for body in sink.taken]


def test_the_same_failure_of_a_night_is_told_once_and_another_one_again(
    home: Home, web: WebSink
) -> None:
    settings = AlertSettings(webhook_url=web.url)
    for step, run_id in (("ingest", "run-1"), ("ingest", "run-2"), ("prepare", "run-3")):
        tell(home, settings, [failed(DAY, {step: None}, run_id)])
    tell(home, settings, [failed(NEXT_DAY, {"prepare": None})])

    assert kinds(web) == [("failed", DAY), ("failed", DAY), ("failed", NEXT_DAY)]
    assert [body["steps"] for body in web.taken] == [["ingest"], ["prepare"], ["prepare"]]


def test_warnings_that_stand_from_night_to_night_are_told_when_they_change(
    home: Home, web: WebSink
) -> None:
    settings = AlertSettings(webhook_url=web.url)
    for night, rows in ((DAY, 2), (NEXT_DAY, 2), ("2024-05-03", 5)):
        tell(home, settings, [warned(night, rows)])

    assert kinds(web) == [("warnings", DAY), ("warnings", "2024-05-03")]


def test_warnings_that_were_gone_for_a_night_are_news_again(home: Home, web: WebSink) -> None:
    settings = AlertSettings(webhook_url=web.url)
    tell(home, settings, [warned(DAY, 2)])
    tell(home, settings, [], all_well=["warnings"])
    tell(home, settings, [warned("2024-05-03", 2)])

    assert kinds(web) == [("warnings", DAY), ("warnings", "2024-05-03")]


def test_after_recovery_the_same_failure_is_news_again(home: Home, web: WebSink) -> None:
    settings = AlertSettings(webhook_url=web.url)
    for message in (failed(DAY, {"ingest": None}), messages.recovered(DAY, "run-2")) * 2:
        tell(home, settings, [message])

    assert [kind for kind, _ in kinds(web)] == ["failed", "recovered"] * 2


def test_each_kind_can_be_switched_off(home: Home, web: WebSink) -> None:
    change = SizeChange("rfm", "rfm.lost", "Lost", DAY, 50, 0)
    every = [
        failed(DAY, {}),
        messages.failed_comparison("run-1", DAY, {}, []),
        messages.stale_tables(DAY, "Late."),
        warned(DAY, 1),
        messages.changed_segments(DAY, "run-1", [change]),
        messages.recovered(DAY, "run-1"),
    ]
    off = {message.kind: False for message in every}
    tell(home, AlertSettings.model_validate({"webhook_url": web.url, **off}), every)
    assert web.taken == []

    tell(home, AlertSettings(webhook_url=web.url), every)
    assert [kind for kind, _ in kinds(web)] == [message.kind for message in every]


def test_what_did_not_arrive_is_seen_and_tried_again_where_it_did_not(
    home: Home, web: WebSink, mail_server: Callable[[str], MailSink]
) -> None:
    post_office = mail_server("none")
    mail = {"host": "localhost", "port": post_office.port, "security": "none"}
    mail |= {"sender": "strata@example.com", "to": ["ops@example.com"]}
    settings = AlertSettings.model_validate({"webhook_url": web.url, "email": mail})
    web.answer = 503

    [left] = tell(home, settings, [failed(DAY, {"ingest": None})])
    assert left.undelivered == {"webhook": "HTTP 503"}
    assert read_ledger(home).undelivered[0].undelivered == {"webhook": "HTTP 503"}

    web.answer = 200
    assert tell(home, settings, []) == []
    assert (len(web.taken), len(post_office.mails)) == (1, 1)


def test_without_a_channel_nothing_is_kept(home: Home) -> None:
    assert tell(home, AlertSettings(), [failed(DAY, {})]) == []
    assert not home.alerts_file.exists()


def test_a_ledger_spoiled_by_hand_keeps_nobody_from_being_told(home: Home, web: WebSink) -> None:
    home.alerts_file.write_text("{]")

    tell(home, AlertSettings(webhook_url=web.url), [failed(DAY, {})])

    assert len(web.taken) == 1
    assert json.loads(home.alerts_file.read_text())["open_night"] == DAY


def test_a_folder_that_cannot_be_written_raises_nothing(home: Home, web: WebSink) -> None:
    home.alerts_file.mkdir()

    assert tell(home, AlertSettings(webhook_url=web.url), [failed(DAY, {})]) == []


def test_small_groups_are_not_counted_and_long_lists_are_cut() -> None:
    changes = [SizeChange("rfm", f"rfm.s{i}", f"S{i}", DAY, 50 + i, 7) for i in range(30)]

    text = messages.changed_segments(NEXT_DAY, "run-1", changes).text

    assert "rfm, S0: 50 → under 10 customers" in text
    assert text.splitlines()[-1] == "… and 11 more."
