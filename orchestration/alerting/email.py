"""The message as a plain text e-mail."""

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from orchestration.alert_settings import EmailSettings
from orchestration.alerting.messages import Message

TIMEOUT_SECONDS = 10.0


def send(settings: EmailSettings, message: Message) -> str | None:
    """Send the message to all addresses; return why it was not taken, if so.

    The reason is a class and a code: servers quote addresses in their answers.
    """
    password = os.environ.get(settings.password_variable)
    if settings.user is not None and password is None:
        return f"the variable {settings.password_variable} is not set"
    try:
        with _connected(settings) as server:
            if settings.user is not None and password is not None:
                server.login(settings.user, password)
            refused = server.send_message(_mail(settings, message))
    except smtplib.SMTPResponseException as error:
        return f"{type(error).__name__} {error.smtp_code}"
    except (OSError, smtplib.SMTPException) as error:
        return type(error).__name__
    return f"{len(refused)} of {len(settings.to)} addresses refused" if refused else None


def _connected(settings: EmailSettings) -> smtplib.SMTP:
    """Return a connection to the server; with TLS, its certificate was checked."""
    if settings.security == "none":
        return smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security == "ssl":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=TIMEOUT_SECONDS, context=context
        )
    server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _mail(settings: EmailSettings, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.text.splitlines()[0]
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.to)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail
