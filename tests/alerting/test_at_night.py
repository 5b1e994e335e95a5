"""Nights of one installation, and what its people are told of them."""

import json

import duckdb
import pytest

from orchestration.alerting import webhook
from tests.alerting.conftest import WebSink
from tests.conftest import NIGHT, SETTINGS, Installation

EVE = "2024-06-29"
BAD = "order_id,ordered_at,amount\nann@example.com,2024-05-01,1\nX2,no day,+44 7700 900123\n"


def told(web: WebSink) -> list[tuple[str, str]]:
    return [(body["kind"], body["as_of_date"]) for body in web.taken]


def break_the_row_balance(installation: Installation, by: int) -> None:
    with duckdb.connect(str(installation.home.warehouse)) as connection:
        connection.execute(
            "update raw.files set rows_in = rows_in + ? where source_table = 'transactions'", [by]
        )


@pytest.mark.long
def test_people_are_told_of_each_thing_once_and_a_dead_webhook_stops_no_night(
    installation: Installation, web: WebSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.2)
    installation.home.settings_file.write_text(
        SETTINGS + f"run_until_data: true\nalerts:\n  webhook_url: {web.url}\n"
        "segment_sizes:\n  jump_share: 0.01\n  min_customers: 1\n"
    )
    installation.land("transactions", "bad.csv", BAD)
    web.hangs = True

    output = installation.night(EVE)

    assert "the alert `warnings` was not delivered: see `strata status`" in output
    status = installation.strata("status")
    assert f"alert not delivered: warnings of {EVE}" in status.output
    assert "(webhook: ReadTimeout)" in status.output
    state = json.loads(installation.strata("status", "--json").stdout)
    assert state["undelivered_alerts"][0]["webhook"] == "ReadTimeout"

    # The data's last day is not published: `strata status` in cron tells so, once.
    web.hangs = False
    for _ in range(2):
        assert installation.strata("status", "--alert").exit_code == 1
    assert told(web) == [("warnings", EVE), ("stale", NIGHT)]

    web.answer = 500
    installation.night(NIGHT)
    web.answer = 200
    assert installation.strata("status", "--alert").exit_code == 0
    assert told(web)[2:] == [("segments", NIGHT), ("recovered", NIGHT)]
    assert "customers" in web.taken[2]["text"]

    # Within the next issue a reader of the tables sees both.
    for _ in range(2):
        break_the_row_balance(installation, 1)
        assert installation.strata("run", "--as-of", NIGHT).exit_code == 1
        break_the_row_balance(installation, -1)
    assert installation.strata("status", "--alert").exit_code == 1
    web.answer = 500
    installation.night(NIGHT)
    web.answer = 200
    installation.night(NIGHT)
    assert told(web)[4:] == [("failed", NIGHT), ("recovered", NIGHT)]
    warned = installation.published(
        "select check_name, severity, passed from marts.fct_data_quality "
        f"where as_of_date = date '{NIGHT}' and asset = 'serving.strata' and not passed "
        "order by check_name"
    )
    assert ("every_alert_was_delivered", "warn", False) in warned
    assert ("no_segment_jumped", "warn", False) in warned

    everything = json.dumps(web.taken) + installation.home.alerts_file.read_text()
    assert "ann@example.com" not in everything
    assert "900123" not in everything
