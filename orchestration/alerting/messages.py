"""What people are told, as plain text; nothing personal, and no exception's own words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orchestration.ops_tables import CheckResult
from orchestration.segment_sizes import SizeChange

Kind = Literal["failed", "comparison", "stale", "warnings", "segments", "recovered"]
MAX_LINES = 20
"""A message is to be read on a telephone; the rest is in `fct_data_quality` and the UI."""

MIN_TOLD_CUSTOMERS = 10
"""Smaller counts might tell of single people."""


@dataclass(frozen=True)
class Message:
    """One message: its kind, the night that it is about, and its parts for machines.

    `what` is what it comes down to: the same for the same night is not told again.
    """

    kind: Kind
    night: str
    text: str
    what: str
    parts: Mapping[str, Any]


def failed_night(
    night: str,
    run_id: str,
    steps: Mapping[str, str | None],
    checks: Sequence[str],
    *,
    is_published: bool,
    is_terminated: bool = False,
) -> Message:
    """Tell of a failed night: the steps with the classes of their errors, the failed checks."""
    how = "was terminated" if is_terminated else "failed"
    lines = [f"Strata: the night of {night} {how} (run {run_id[:8]})."]
    if steps:
        lines.append(f"Stopped in: {', '.join(map(_step, steps.items()))}.")
    if checks:
        lines.append(f"Failed checks: {', '.join(checks)}.")
    lines.append(
        f"Its tables had been published before it {how}."
        if is_published
        else "The last good tables stay published, marked stale."
    )
    lines.append("Why: the run's log in the Dagster UI; full texts are in errors/ on the machine.")
    return _failed("failed", night, run_id, lines, steps, checks)


def failed_comparison(
    run_id: str, day: str, steps: Mapping[str, str | None], checks: Sequence[str]
) -> Message:
    """Tell that the live tables could not be shown to equal a rebuild."""
    why = "the live tables differ" if checks else "it did not come through"
    lines = [
        f"Strata: the weekly comparison with a rebuild failed (run {run_id[:8]}): {why}.",
        "Published tables are as they were. See the run in the Dagster UI, or run "
        "`strata reconcile`, which also names the rows.",
    ]
    return _failed("comparison", day, run_id, lines, steps, checks)


def stale_tables(due: str, reason: str) -> Message:
    """Tell that what is published is older than it should be."""
    text = f"Strata: the published tables are stale.\n{reason}\nSee `strata status`."
    return Message("stale", due, text, what=due, parts={})


def warned_checks(night: str, run_id: str, checks: Sequence[CheckResult]) -> Message:
    """Tell of the checks that warn, with what they measured."""
    lines = [f"Strata: the night of {night} is published with {_count(len(checks), 'warning')}."]
    lines += [f"{check.check_name} on {check.asset}: {_measured(check)}" for check in checks]
    what = json.dumps([[check.check_name, check.asset, check.measured] for check in checks])
    names = [check.check_name for check in checks]
    return Message("warnings", night, _shortened(lines), what, {"run_id": run_id, "checks": names})


def changed_segments(night: str, run_id: str, changes: Sequence[SizeChange]) -> Message:
    """Tell which segments emptied or jumped since the night before."""
    lines = [
        f"Strata: {_count(len(changes), 'segment')} emptied or jumped in the night of {night}, "
        f"against that of {changes[0].previous_night}."
    ]
    lines += [
        f"{each.scheme}, {each.segment_name}: {_people(each.previous_customers)} → "
        f"{_people(each.customers)} customers"
        for each in changes
    ]
    names = [each.segment_id for each in changes]
    return Message("segments", night, _shortened(lines), json.dumps(names), {"run_id": run_id})


def recovered(night: str, run_id: str) -> Message:
    """Tell that good tables are published again."""
    text = f"Strata: recovered. The night of {night} is published (run {run_id[:8]})."
    return Message("recovered", night, text, what=night, parts={"run_id": run_id})


def _failed(
    kind: Kind,
    night: str,
    run_id: str,
    lines: Sequence[str],
    steps: Mapping[str, str | None],
    checks: Sequence[str],
) -> Message:
    parts = {"run_id": run_id, "steps": sorted(steps), "failed_checks": list(checks)}
    what = json.dumps([sorted(map(_step, steps.items())), sorted(checks)])
    return Message(kind, night, "\n".join(lines), what, parts)


def _step(step: tuple[str, str | None]) -> str:
    name, error_class = step
    return f"{name} ({error_class})" if error_class else name


def _shortened(lines: Sequence[str]) -> str:
    more = len(lines) - MAX_LINES
    return "\n".join([*lines[:MAX_LINES], *([f"… and {more} more."] if more > 0 else [])])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _measured(check: CheckResult) -> str:
    if check.measured is None:
        return "warns"
    return f"{check.measured:,g}" + ("" if not check.threshold else f" (limit {check.threshold:g})")


def _people(customers: int) -> str:
    return f"{customers:,}" if customers >= MIN_TOLD_CUSTOMERS or customers == 0 else "under 10"
