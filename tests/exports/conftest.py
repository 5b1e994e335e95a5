"""A shop of a few customers whose nights are published in no time, and a receiver of POSTs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.exports.folder import Export
from orchestration.exports.scores import SCORES
from orchestration.exports.write_night import write_exports
from orchestration.home import Home
from orchestration.publishing.issue import Issue
from orchestration.publishing.manifest import commit, parquet_folder
from orchestration.settings import Settings

FIRST = date(2026, 3, 1)
SECOND = date(2026, 3, 2)
THIRD = date(2026, 3, 3)
OWN = {
    "scheme": "vip_care",
    "segments": [{"name": "Big spenders", "when": "monetary > 500"}],
}
SEGMENTS = {
    "rfm": ("champions", "loyal", "at_risk"),
    "churn_risk": ("high", "low"),
    "credit_risk": ("low_risk", "default"),
    "vip_care": ("big_spenders",),
}
FORBIDDEN = {"credit_risk": "automated_decision,credit_offer,marketing"}
PUBLISHED_TYPES = {
    "frequency": "bigint",
    "monetary": "decimal(18, 2)",
    "average_order_value": "decimal(18, 2)",
    "spend_365d": "decimal(18, 2)",
    "expected_spend_365d": "decimal(18, 2)",
    "p_alive": "double",
    "churn_probability": "double",
    "expected_orders_90d": "double",
    "first_order_date": "date",
    "last_order_date": "date",
    "is_low_confidence": "boolean",
    "is_extrapolated": "boolean",
    "r_score": "integer",
    "f_score": "integer",
    "m_score": "integer",
}
SECRET = "whsec_c3RyYXRhLXRlc3Qtc2VjcmV0"  # noqa: S105


@dataclass(frozen=True)
class Customer:
    """One customer as a night knows them; `segments` by scheme, without the scheme's name."""

    segments: dict[str, str] = field(default_factory=lambda: {"rfm": "loyal", "churn_risk": "low"})
    marketing: bool | None = True
    email: bool | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    def moved(self, **segments: str) -> "Customer":
        return replace(self, segments={**self.segments, **segments})

    def told(self, **figures: Any) -> "Customer":
        return replace(self, figures={**self.figures, **figures})


@dataclass
class Shop:
    """A home in which nights are published, whoever the customers are."""

    home: Home
    stays: dict[tuple[str, str], list[list[Any]]] = field(default_factory=dict)
    number: int = 0

    def publish(self, night: date, customers: dict[str, Customer]) -> Issue:
        """Publish a night of which only those tables are there that exports look at."""
        self.number += 1
        name = f"{night}-{self.number:06d}"
        parquet_folder(self.home).mkdir(parents=True, exist_ok=True)
        path = self.home.serving / f"strata-{name}.duckdb"
        self._stay(night, customers)
        with closing(duckdb.connect(str(path))) as connection:
            connection.execute("begin")
            connection.execute("create schema marts")
            self._customers(connection, night, customers)
            self._segments(connection)
            self._members(connection, night, customers)
            self._history(connection)
            connection.execute(
                f"create table marts.run_info as select date '{night}' as as_of_date, "
                f"'run-{self.number}' as run_id, timestamp '2026-03-04 02:00' as published_at, "
                "false as is_stale, null::date as failed_as_of_date, null::timestamp as failed_at"
            )
            connection.execute(
                "create table marts.fct_data_quality (as_of_date date, check_name varchar, "
                "asset varchar, severity varchar, passed boolean, measured double)"
            )
            connection.execute("commit")
        published_at = datetime(2026, 3, 4, 2, tzinfo=UTC).replace(tzinfo=None)
        issue = Issue(
            name, f"run-{self.number}", night, "4", published_at, False, path.name, files=()
        )
        commit(self.home, issue)
        return issue

    def export(
        self, night: date, customers: dict[str, Customer], settings: Settings | None = None
    ) -> Export:
        """Publish a night and write its exports."""
        return write_exports(self.home, settings or Settings(), self.publish(night, customers))

    def rows(self, export: Export, file: str = "profiles.parquet") -> list[dict[str, Any]]:
        path = export.folder(self.home) / file
        result = duckdb.execute(f"select * from read_parquet('{path}')")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def ids(self, export: Export, file: str = "profiles.parquet") -> list[str]:
        return [row["customer_id"] for row in self.rows(export, file)]

    def changes(self, export: Export) -> dict[str, str]:
        rows = self.rows(export, "profile_changes.parquet")
        return {row["customer_id"]: row["change"] for row in rows}

    def _stay(self, night: date, customers: dict[str, Customer]) -> None:
        """Go on with the stays from the night before, or begin and end some."""
        tonight = {
            (customer_id, scheme): f"{scheme}.{segment}"
            for customer_id, customer in customers.items()
            for scheme, segment in customer.segments.items()
        }
        for key, segment in tonight.items():
            stays = self.stays.setdefault(key, [])
            # A night that is run again begins where the night before it left off.
            stays[:] = [stay for stay in stays if stay[1] != night]
            if not stays or stays[-1][0] != segment:
                stays.append([segment, night, stays[-1][0] if stays else None])
        self.stays = {key: stays for key, stays in self.stays.items() if key in tonight}

    @staticmethod
    def _customers(
        connection: duckdb.DuckDBPyConnection, night: date, customers: dict[str, Customer]
    ) -> None:
        columns = {
            "as_of_date": "date",
            "customer_id": "varchar",
            **{f"{consent}_consent": "boolean" for consent in ("marketing", "email", "sms", "ads")},
            **{score: PUBLISHED_TYPES.get(score, "varchar") for score in SCORES},
            **{f"{scheme}_segment": "varchar" for scheme in ("rfm", "churn_risk", "credit_risk")},
        }
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create table marts.customer_360 ({declared})")
        for customer_id, customer in customers.items():
            row = {
                "as_of_date": night,
                "customer_id": customer_id,
                "marketing_consent": customer.marketing,
                "email_consent": customer.email,
                **{f"{s}_segment": f"{s}.{name}" for s, name in customer.segments.items()},
                **customer.figures,
            }
            values = [row.get(column) for column in columns]
            connection.execute(
                f"insert into marts.customer_360 values ({', '.join('?' * len(values))})", values
            )

    @staticmethod
    def _segments(connection: duckdb.DuckDBPyConnection) -> None:
        texts = (
            "description", "rule_text", "recommended_action", "offer", "channel", "message_angle",
            "contact_limit", "allowed_use",
        )  # fmt: skip
        rows = " union all ".join(
            f"select '{scheme}' as scheme, '{scheme}.{name}' as segment_id, {place} as worth_rank, "
            f"'{name.replace('_', ' ').title()}' as segment_name, '分层{name}' as segment_name_zh, "
            f"'{FORBIDDEN.get(scheme, '')}' as forbidden_uses, 'active' as status, "
            "2::integer as contact_limit_count, 30::integer as contact_limit_days, "
            + ", ".join(
                f"'{text} of {name}' as {text}, '{text}中文' as {text}_zh" for text in texts
            )
            for scheme, names in SEGMENTS.items()
            for place, name in enumerate(names)
        )
        connection.execute(f"create table marts.dim_segments as {rows}")

    @staticmethod
    def _members(
        connection: duckdb.DuckDBPyConnection, night: date, customers: dict[str, Customer]
    ) -> None:
        connection.execute(
            "create table marts.fct_customer_segments (as_of_date date, customer_id varchar, "
            "scheme varchar, segment_id varchar, reason_1 varchar)"
        )
        for customer_id, customer in customers.items():
            for scheme, segment in customer.segments.items():
                connection.execute(
                    "insert into marts.fct_customer_segments values (?, ?, ?, ?, ?)",
                    [night, customer_id, scheme, f"{scheme}.{segment}", "=1+1 orders"],
                )

    def _history(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "create table marts.fct_segment_history (customer_id varchar, scheme varchar, "
            "segment_id varchar, valid_from date, valid_to date, previous_segment_id varchar)"
        )
        for (customer_id, scheme), stays in self.stays.items():
            for place, (segment, since, previous) in enumerate(stays):
                until = stays[place + 1][1] if place + 1 < len(stays) else None
                connection.execute(
                    "insert into marts.fct_segment_history values (?, ?, ?, ?, ?, ?)",
                    [customer_id, scheme, segment, since, until, previous],
                )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(Home(tmp_path / "home"))


def settings(**exports: Any) -> Settings:
    return Settings.model_validate({"exports": exports})


@dataclass
class Receiver:
    """A server that keeps what it is sent, and answers as a test wants it to."""

    url: str
    requests: list[tuple[dict[str, str], bytes]]
    answer: Callable[[int], int]
    delay: float = 0.0

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body)["data"] for _, body in self.requests]

    def lists(self) -> dict[str, set[str]]:
        """Return the segments as a tool holds them that follows every request that was taken."""
        held: dict[str, set[str]] = {}
        for place, data in enumerate(self.told):
            if self.answer(place) == 200:
                members = held.setdefault(data["segment_id"], set())
                members |= set(data["entered"])
                members -= set(data["left"])
        return held


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver("", [], lambda _: 200)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append((dict(self.headers.items()), body))
            time.sleep(made.delay)
            self.send_response(made.answer(len(made.requests) - 1))
            self.send_header("Location", made.url)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
