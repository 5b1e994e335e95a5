"""Local sinks: a web server that takes posts, and mail servers in the clear and with TLS."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

# A key that guards nothing: it was made for these tests, and its certificate is its own CA.
KEY = Path(__file__).with_name("localhost.pem")
CA = Path(__file__).with_name("localhost-ca.pem")
PASSWORD = "a long word"  # noqa: S105


@dataclass
class WebSink:
    """What was posted; `answer` is what the server says, after `delay` seconds."""

    url: str = ""
    answer: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    hangs: bool = False


@pytest.fixture
def web() -> Iterator[WebSink]:
    sink = WebSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if sink.hangs:
                sink.let_go.wait(10)
                return
            if sink.answer == 200:
                sink.taken.append(json.loads(body))
            self.send_response(sink.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    sink.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield sink
    sink.let_go.set()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class MailSink:
    """What mail was taken, for whom, and how it came."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    is_ssl: bool = False

    async def handle_DATA(  # noqa: N802 (the name is aiosmtpd's)
        self, _server: Any, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        self.was_encrypted.append(session.ssl is not None or self.is_ssl)
        return "250 taken"

    def authenticate(
        self, _s: Any, _sess: Any, _env: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        is_right = data.password == PASSWORD.encode()
        if is_right:
            self.users.append(data.login.decode())
        return AuthResult(success=is_right, handled=False)


@pytest.fixture
def mail_server() -> Iterator[Callable[[str], MailSink]]:
    """Return how to start a server of a kind of security; it is stopped with the test."""
    running: list[Controller] = []

    def start(security: str) -> MailSink:
        sink = MailSink(is_ssl=security == "ssl")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(KEY)
        needs = {
            "none": {},
            "starttls": {"tls_context": context, "require_starttls": True},
            "ssl": {},
        }[security]
        login: dict[str, Any] = {}
        if security != "none":
            login = {
                "authenticator": sink.authenticate,
                # It warns of the two at once, and does not see that all of `ssl` is encrypted.
                "auth_required": security == "starttls",
                "auth_require_tls": security == "starttls",
            }
        controller = Controller(
            sink,
            hostname="localhost",
            port=free_port(),
            ssl_context=context if security == "ssl" else None,
            **needs,
            **login,
        )
        controller.start()
        running.append(controller)
        sink.port = controller.port
        return sink

    yield start
    for controller in running:
        controller.stop()


def free_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
