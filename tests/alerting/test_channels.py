"""The channels: what arrives, over which kind of connection, and what is said if nothing does."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.alert_settings import EmailSettings
from orchestration.alerting import email, webhook
from orchestration.alerting.messages import failed_night
from tests.alerting.conftest import CA, PASSWORD, MailSink, WebSink

NIGHT = failed_night(
    "2024-05-01",
    "0123456789abcdef",
    {"prepare": "Failure"},
    ["assert_landing_rows_balance"],
    is_published=False,
)


def test_the_webhook_takes_a_text_and_its_parts(web: WebSink) -> None:
    assert webhook.post(web.url, NIGHT) is None

    [body] = web.taken
    assert "night of 2024-05-01 failed" in body["text"]
    assert "Stopped in: prepare (Failure)." in body["text"]
    assert (body["kind"], body["as_of_date"]) == ("failed", "2024-05-01")
    assert body["steps"] == ["prepare"]
    assert body["failed_checks"] == ["assert_landing_rows_balance"]


def test_a_webhook_that_refuses_is_told_by_its_code(web: WebSink) -> None:
    web.answer = 500

    assert webhook.post(web.url, NIGHT) == "HTTP 500"


def test_a_webhook_that_hangs_is_given_up_and_its_address_is_not_repeated(
    web: WebSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.hangs = True
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.2)

    assert webhook.post(web.url + "/secret", NIGHT) == "ReadTimeout"


def test_a_webhook_that_is_not_there_is_told_by_class() -> None:
    assert webhook.post("http://127.0.0.1:9/hook", NIGHT) == "ConnectionError"


def settings(port: int, **more: Any) -> EmailSettings:
    return EmailSettings.model_validate(
        {"host": "localhost", "port": port, "sender": "strata@example.com", "ca_file": CA}
        | {"to": ["ops@example.com", "data@example.com"]}
        | more
    )


def test_mail_is_plain_text_to_everybody(mail_server: Callable[[str], MailSink]) -> None:
    server = mail_server("none")

    assert email.send(settings(server.port, security="none"), NIGHT) is None

    [mail] = server.mails
    assert mail["Subject"] == "Strata: the night of 2024-05-01 failed (run 01234567)."
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == NIGHT.text.splitlines()
    assert server.recipients == [["ops@example.com", "data@example.com"]]


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_password_goes_over_an_encrypted_connection_and_comes_from_the_environment(
    mail_server: Callable[[str], MailSink], monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    server = mail_server(security)
    monkeypatch.setenv("STRATA_SMTP_PASSWORD", PASSWORD)
    given = settings(server.port, security=security, user="strata")

    assert email.send(given, NIGHT) is None

    assert server.users == ["strata"]
    assert server.was_encrypted == [True]


def test_a_wrong_password_is_told_by_its_code(
    mail_server: Callable[[str], MailSink], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = mail_server("starttls")
    monkeypatch.setenv("STRATA_SMTP_PASSWORD", "another word")
    given = settings(server.port, user="strata")

    assert email.send(given, NIGHT) == "SMTPAuthenticationError 535"
    assert server.mails == []


def test_a_missing_password_is_told_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STRATA_SMTP_PASSWORD", raising=False)

    failure = email.send(settings(9, user="strata"), NIGHT)

    assert failure == "the variable STRATA_SMTP_PASSWORD is not set"


def test_a_server_whose_certificate_nobody_signed_gets_nothing(
    mail_server: Callable[[str], MailSink],
) -> None:
    server = mail_server("ssl")

    failure = email.send(settings(server.port, security="ssl", ca_file=None), NIGHT)

    assert failure == "SSLCertVerificationError"
    assert server.mails == []


def test_a_mail_server_that_is_not_there_is_told_by_class() -> None:
    assert email.send(settings(9, security="none"), NIGHT) == "ConnectionRefusedError"


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "none", "user": "strata"},
        {"to": []},
        {"to": ["not an address"]},
        {"to": ["a@example.com\nBcc: b@example.com"]},
        {"sender": "nobody"},
    ],
)
def test_what_would_send_a_password_in_the_clear_or_to_nobody_is_refused(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        settings(25, **wrong)
