"""The message as a JSON POST that Slack and what follows its form take."""

import requests

from orchestration.alerting.messages import Message

TIMEOUT_SECONDS = 10.0
"""For the connection, and for each wait afterwards: a night does not hang on its alert."""


def post(url: str, message: Message) -> str | None:
    """Post the message as `{"text": …}` plus its parts; return why it was not taken, if so.

    The reason is the class of the error or the answer's code: the URL is a secret, and errors
    quote it.
    """
    body = {"text": message.text, "kind": message.kind, "as_of_date": message.night}
    try:
        with requests.post(
            url, json={**body, **message.parts}, timeout=TIMEOUT_SECONDS, stream=True
        ) as answer:
            return None if answer.ok else f"HTTP {answer.status_code}"
    except requests.RequestException as error:
        return type(error).__name__
