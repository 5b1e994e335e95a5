"""The commands around the night: what they say, their exit codes, and what they leave alone."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import duckdb
import pytest

from tests.conftest import NIGHT, SETTINGS, Installation

UNTIL_DATA = SETTINGS + "run_until_data: true\n"


@pytest.mark.long
def test_status_explain_check_and_restore_after_two_nights(installation: Installation) -> None:
    installation.home.settings_file.write_text(UNTIL_DATA)
    installation.night("2024-06-29")
    [(first_run,)] = installation.published("select run_id from marts.run_info")
    summary = json.loads(installation.strata("run", "--json").stdout)

    assert summary["as_of_date"] == NIGHT
    assert summary["checks_passed"] == summary["checks"] > 50
    assert {row["scheme"] for row in summary["segments"]} >= {"rfm", "value_tier"}

    status = installation.strata("status")
    assert status.exit_code == 0, status.output
    assert f"night of {NIGHT}" in status.output

    story = installation.strata("explain", "C000")
    assert story.exit_code == 0, story.output
    for word in ("Customer C000", "(rfm.", "rule:", "because", "next segment", "2024-06-29"):
        assert word in story.output
    unknown = installation.strata("explain", "nobody")
    assert unknown.exit_code == 2
    assert "no customer 'nobody'" in unknown.output

    before = installation.home.warehouse.read_bytes()
    check = installation.strata("check")
    assert check.exit_code == 0, check.output
    assert "transactions" in check.output
    assert installation.home.warehouse.read_bytes() == before

    restored = installation.strata("publish", "--restore", first_run)
    assert restored.exit_code == 0, restored.output
    assert installation.published("select run_id from marts.run_info") == [(first_run,)]
    assert installation.manifest()["run_id"] == first_run
    missing = installation.strata("publish", "--restore", "nothing")
    assert missing.exit_code == 2
    assert first_run in missing.output


@pytest.mark.long
def test_an_unloaded_file_leaves_the_night_as_if_it_had_never_landed(
    installation: Installation,
) -> None:
    query = "select * exclude (run_id) from marts.customer_360 order by customer_id"
    installation.night(NIGHT)
    before = installation.published(query)
    extra = "order_id,line_id,customer_id,ordered_at,product_id,quantity,amount\n"
    installation.land("transactions", "extra.csv", extra + "X1,1,C001,2024-06-30 09:00,P1,1,99\n")
    installation.night(NIGHT)
    assert installation.published(query) != before

    taken = installation.strata("unload", "transactions/extra.csv")

    assert taken.exit_code == 0, taken.output
    assert not (installation.home.landing / "transactions" / "extra.csv").exists()
    installation.night(NIGHT)
    assert installation.published(query) == before


def test_a_failed_night_is_posted_to_the_webhook_with_nothing_personal(
    installation: Installation,
) -> None:
    taken: list[dict[str, Any]] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/hook"
        installation.home.settings_file.write_text(SETTINGS + f"alerts:\n  webhook_url: {url}\n")
        bad = "order_id,ordered_at,amount\nann@example.com,01/07/2024,1\nann@example.com,x,2\n"
        installation.land("transactions", "bad.csv", bad)
        result = installation.strata("run", "--as-of", NIGHT)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert result.exit_code == 2
    [body] = taken
    assert body["as_of_date"] == NIGHT
    assert body["steps"] == ["ingest"]
    assert "ann@example.com" not in json.dumps(body)
    assert "ann@example.com" not in result.output


@pytest.mark.long
def test_a_backfill_publishes_once_and_keeps_every_nights_history(
    installation: Installation,
) -> None:
    result = installation.strata(
        "backfill", "--from", "2024-06-16", "--to", NIGHT, "--every", "week"
    )

    assert result.exit_code == 0, result.output
    nights = installation.published(
        "select distinct cast(as_of_date as varchar) from marts.fct_segment_profiles order by all"
    )
    assert [night for (night,) in nights] == ["2024-06-16", "2024-06-23", NIGHT]
    checked = installation.published(
        "select cast(as_of_date as varchar), count(*) > 50, bool_and(passed or severity = 'warn') "
        "from marts.fct_data_quality group by all order by all"
    )
    assert checked == [(night, True, True) for (night,) in nights]
    assert len(list(installation.home.serving.glob("strata-*.duckdb"))) == 1
    overlaps = installation.published(
        "select count(*) from marts.fct_segment_history as one join marts.fct_segment_history as "
        "two using (customer_id, scheme) where one.valid_from < two.valid_from "
        "and (one.valid_to is null or one.valid_to > two.valid_from)"
    )
    assert overlaps == [(0,)]
    with duckdb.connect(str(installation.home.warehouse), read_only=True) as connection:
        learned = connection.execute(
            "select decision, count(*) from ml.model_runs where kind = 'behaviour' "
            "group by decision order by decision"
        ).fetchall()
    # The first night learns, the others (Sundays) score with its model.
    assert learned == [("promoted", 1), ("scored", 2)]
