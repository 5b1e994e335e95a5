"""`strata export`, and what a person is told of exports and deliveries."""

import json

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.exports import posting
from orchestration.exports.folder import kept_exports
from tests.exports.conftest import FIRST, SECRET, Customer, Receiver, Shop

CUSTOMERS = {"C1": Customer(), "C2": Customer(marketing=False)}


@pytest.fixture(autouse=True)
def environment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_HOME", str(shop.home.root))
    monkeypatch.setenv("STRATA_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(posting, "pause", lambda _: None)


def strata(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def with_receiver(shop: Shop, receiver: Receiver) -> None:
    shop.home.settings_file.write_text(
        f"exports:\n  webhook:\n    url: {receiver.url}\n    attempts: 1\n"
    )


def test_it_writes_the_published_night_and_says_where_and_about_whom(shop: Shop) -> None:
    shop.publish(FIRST, CUSTOMERS)

    result = strata("export")

    assert result.exit_code == 0
    told = " ".join(result.output.split())
    assert str(shop.home.exports / "latest") in told
    assert "1 profiles" in told
    assert "Left out without consent: 1 (exports.consent: marketing)" in told


def test_it_goes_by_the_settings_as_they_are_now(shop: Shop) -> None:
    shop.publish(FIRST, CUSTOMERS)
    strata("export")
    shop.home.settings_file.write_text("exports: {consent: profiling, lists: [rfm]}\n")

    result = strata("export", "--json")

    assert "2 profiles" in json.loads(result.output)["exported"]
    newest = kept_exports(shop.home)[-1]
    assert "lists/rfm.xlsx" in {file.path for file in newest.files}


def test_before_the_first_night_there_is_nothing_to_export(shop: Shop) -> None:
    result = strata("export")

    assert result.exit_code == 2
    assert "Nothing is published yet" in result.output
    assert not shop.home.exports.exists()


def test_to_deliver_takes_a_receiver(shop: Shop) -> None:
    shop.publish(FIRST, CUSTOMERS)

    result = strata("export", "--deliver")

    assert result.exit_code == 2
    assert "exports.webhook.url" in result.output


def test_a_failed_delivery_shows_in_status_until_it_has_gone_through(
    shop: Shop, receiver: Receiver
) -> None:
    shop.publish(FIRST, CUSTOMERS)
    with_receiver(shop, receiver)
    receiver.answer = lambda _: 503

    failed = strata("export", "--deliver")

    assert failed.exit_code == 0
    assert "1 of 1 POSTs were not taken" in " ".join(failed.output.split())
    warned = strata("status").output
    assert "warn: every_delivery_was_taken on exports.deliveries: 1 of 1 POSTs" in warned
    assert receiver.url not in warned

    receiver.answer = lambda _: 200
    strata("export", "--deliver")

    assert "every_delivery_was_taken" not in strata("status").output
    assert receiver.lists() == {"rfm.loyal": {"C1"}}
