"""Telling people that a run failed: one short message to a webhook, nothing personal in it."""

import logging
from dataclasses import dataclass

import requests

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class FailedNight:
    """What is told of a failed night; `steps` are step names, `checks` names of failed checks."""

    as_of_date: str
    run_id: str
    steps: tuple[str, ...]
    checks: tuple[str, ...]

    def text(self) -> str:
        """Return the message. Exception texts stay out: they may quote a customer's data."""
        lines = [f"Strata: the night of {self.as_of_date} failed (run {self.run_id[:8]})."]
        if self.steps:
            lines.append(f"Stopped in: {', '.join(self.steps)}.")
        if self.checks:
            lines.append(f"Failed checks: {', '.join(self.checks)}.")
        lines.append("The last good tables stay published, marked stale.")
        return "\n".join(lines)


@dataclass(frozen=True)
class FailedComparison:
    """What is told if the live tables could not be shown to equal a rebuild."""

    run_id: str
    steps: tuple[str, ...]
    checks: tuple[str, ...]

    def text(self) -> str:
        """Return the message; which rows differ is in a file on the machine alone."""
        why = "the live tables differ" if self.checks else "it did not come through"
        return (
            f"Strata: the weekly comparison with a rebuild failed (run {self.run_id[:8]}): {why}.\n"
            "Published tables are as they were. See the run in the Dagster UI, or run "
            "`strata reconcile`, which also names the rows."
        )


def post_failure(url: str, failed: FailedNight | FailedComparison) -> bool:
    """Post the message as `{"text": …}` plus its parts; return whether it was taken."""
    body = {"text": failed.text(), "run_id": failed.run_id, "steps": list(failed.steps)}
    body["failed_checks"] = list(failed.checks)
    if isinstance(failed, FailedNight):
        body["as_of_date"] = failed.as_of_date
    try:
        requests.post(url, json=body, timeout=TIMEOUT_SECONDS).raise_for_status()
    except requests.RequestException as error:
        logger.error("The failure alert was not taken: %s", type(error).__name__)
        return False
    return True
