"""The failure alert: what it says, and that a sink that does not answer breaks nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from orchestration.alerts import FailedComparison, FailedNight, post_failure

NIGHT = FailedNight(
    as_of_date="2024-05-01",
    run_id="0123456789abcdef",
    steps=("prepare",),
    checks=("assert_landing_rows_balance",),
)


class Sink(BaseHTTPRequestHandler):
    answer = 200
    taken: list[dict[str, object]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append(json.loads(body))
        self.send_response(type(self).answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def sink() -> Iterator[tuple[str, type[Sink]]]:
    handler = type("OneSink", (Sink,), {"taken": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_alert_names_night_steps_and_checks(sink: tuple[str, type[Sink]]) -> None:
    url, handler = sink

    assert post_failure(url, NIGHT)

    [body] = handler.taken
    assert "night of 2024-05-01 failed" in str(body["text"])
    assert body["steps"] == ["prepare"]
    assert body["failed_checks"] == ["assert_landing_rows_balance"]


def test_a_failed_comparison_is_told_apart_from_a_failed_night(
    sink: tuple[str, type[Sink]],
) -> None:
    url, handler = sink
    failed = FailedComparison("0123456789abcdef", ("compare",), ("live_tables_equal_a_rebuild",))

    assert post_failure(url, failed)

    [body] = handler.taken
    assert "the live tables differ" in str(body["text"])
    assert "as_of_date" not in body


def test_a_sink_that_refuses_is_told_apart_and_raises_nothing(
    sink: tuple[str, type[Sink]],
) -> None:
    url, handler = sink
    handler.answer = 500

    assert not post_failure(url, NIGHT)


def test_a_sink_that_is_not_there_raises_nothing() -> None:
    assert not post_failure("http://127.0.0.1:9/hook", NIGHT)
