"""Sending messages over every channel of the settings, once each."""

import logging
from collections.abc import Callable, Iterable

from orchestration.alert_settings import AlertSettings
from orchestration.alerting import email, webhook
from orchestration.alerting.ledger import Entry, Ledger, ledger_to_change
from orchestration.alerting.messages import Message
from orchestration.home import Home

logger = logging.getLogger(__name__)

Send = Callable[[Message], str | None]


def channels_of(settings: AlertSettings) -> dict[str, Send]:
    """Return how to send a message, by the name of the channel."""
    channels: dict[str, Send] = {}
    url, mail = settings.webhook_url, settings.email
    if url is not None:
        channels["webhook"] = lambda message: webhook.post(url, message)
    if mail is not None:
        channels["email"] = lambda message: email.send(mail, message)
    return channels


def tell(
    home: Home,
    settings: AlertSettings,
    messages: Iterable[Message],
    *,
    all_well: Iterable[str] = (),
) -> list[Entry]:
    """Send what is new, and what did not arrive before; return what did not arrive now.

    Of the kinds of `all_well` there is nothing to tell, so that whatever comes next is news.

    Nothing is raised: an alert that does not get out leaves a good night good. It stands in
    `alerts.json` and `strata status` until it arrives.
    """
    channels = channels_of(settings)
    if not channels:
        return []
    try:
        with ledger_to_change(home) as ledger:
            for kind in all_well:
                ledger.forget(kind)
            for message in messages:
                if getattr(settings, message.kind) and not ledger.is_told(message):
                    ledger.add(message, list(channels))
                ledger.follow(message)
            _deliver(ledger, channels)
            return ledger.undelivered
    except OSError as error:
        logger.error("What was told cannot be written to %s: %s", home.alerts_file, error.strerror)
        return []


def _deliver(ledger: Ledger, channels: dict[str, Send]) -> None:
    """Try every channel that still lacks a message; one that is no longer set lacks nothing."""
    for entry in ledger.undelivered:
        for channel in list(entry.undelivered):
            send = channels.get(channel)
            failure = None if send is None else send(entry.message)
            if failure is None:
                del entry.undelivered[channel]
            else:
                entry.undelivered[channel] = failure
                logger.error("The alert %s was not taken by %s: %s", entry.kind, channel, failure)
