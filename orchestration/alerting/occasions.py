"""When people are told: after a run failed or came through, and when nothing came at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.alerting import messages
from orchestration.alerting.ledger import Entry, read_ledger
from orchestration.alerting.messages import Message
from orchestration.alerting.telling import tell
from orchestration.home import Home
from orchestration.publishing.issue import current_issue
from orchestration.run_events import checks_of, error_classes_of, materialised_in, metadata_of_check
from orchestration.segment_sizes import SizeChange
from orchestration.settings import load_settings

SERVING = dg.AssetKey(["serving", "strata"])
NO_SEGMENT_EMPTIED = "no_segment_was_emptied"
NO_SEGMENT_JUMPED = "no_segment_jumped"
EVERY_ALERT_DELIVERED = "every_alert_was_delivered"
# Told by messages of their own, or by what is not delivered itself.
_NOT_AMONG_WARNINGS = {NO_SEGMENT_EMPTIED, NO_SEGMENT_JUMPED, EVERY_ALERT_DELIVERED}


def after_failed_run(
    home: Home, instance: dg.DagsterInstance, run_id: str, night: str | None
) -> list[Entry]:
    """Tell of a failed run; one without a night is the weekly comparison."""
    failed = [
        stats.step_key
        for stats in instance.get_run_step_stats(run_id)
        if stats.status is not None and stats.status.value == "FAILURE"
    ]
    classes = error_classes_of(instance, run_id)
    steps: Mapping[str, str | None] = {step: classes.get(step) for step in sorted(failed)}
    checks = [
        check.check_name
        for check in checks_of(instance, run_id)
        if not check.passed and check.severity == "error"
    ]
    if night is None:
        today = datetime.now(UTC).date().isoformat()
        message = messages.failed_comparison(run_id, today, steps, checks)
    else:
        run = instance.get_run_by_id(run_id)
        message = messages.failed_night(
            night,
            run_id,
            steps,
            checks,
            is_published=SERVING in materialised_in(instance, run_id),
            is_terminated=run is not None and run.status is dg.DagsterRunStatus.CANCELED,
        )
    return _tell_of_run(home, instance, run_id, [message])


def after_good_run(
    home: Home, instance: dg.DagsterInstance, run_id: str, night: str
) -> list[Entry]:
    """Tell of what a published night warns of, and that all is well again."""
    told: list[Message] = []
    warned = [
        check
        for check in checks_of(instance, run_id)
        if not check.passed
        and check.severity == "warn"
        and check.check_name not in _NOT_AMONG_WARNINGS
    ]
    if warned:
        told.append(messages.warned_checks(night, run_id, warned))
    changes = _changed_segments(instance, run_id)
    if changes:
        told.append(messages.changed_segments(night, run_id, changes))
    all_well = () if warned else ("warnings",)
    return _tell_of_run(home, instance, run_id, [*told, *_recovery(home)], all_well)


def after_a_look(home: Home, state: Mapping[str, Any]) -> list[Entry]:
    """Tell what `strata status` found: stale tables, good ones again, or what did not arrive.

    A failed night is told by its run; only if that did not happen, it is told here.
    """
    settings = load_settings(home.settings_file).alerts
    if state["ok"]:
        return tell(home, settings, _recovery(home))
    told = {entry.night for entry in read_ledger(home).entries if entry.kind == "failed"}
    run = state.get("last_run")
    broken = run["as_of_date"] if run and run["state"] in ("failed", "broken off") else None
    night = str(broken or state.get("failed_as_of_date") or state.get("due") or "none")
    if night in told:
        return tell(home, settings, [])
    return tell(home, settings, [messages.stale_tables(night, state["reason"])])


def _recovery(home: Home) -> list[Message]:
    """Return the message that all is well again, if it was not and now is."""
    open_night = read_ledger(home).open_night
    issue = current_issue(home)
    if open_night is None or issue is None or issue.is_stale:
        return []
    if not _is_caught_up(open_night, issue.as_of_date.isoformat()):
        return []
    return [messages.recovered(issue.as_of_date.isoformat(), issue.run_id)]


def _is_caught_up(open_night: str, published: str) -> bool:
    """Return whether the published night is the one that was missed, or a later one.

    Before anything was published there is no night to catch up with.
    """
    return not open_night[:1].isdigit() or published >= open_night


def _changed_segments(instance: dg.DagsterInstance, run_id: str) -> list[SizeChange]:
    found = []
    for name in (NO_SEGMENT_EMPTIED, NO_SEGMENT_JUMPED):
        metadata = metadata_of_check(instance, run_id, name)
        value = getattr(metadata.get("segments"), "value", None)
        if isinstance(value, list):
            found += [SizeChange(**each) for each in value]
    return found


def _tell_of_run(
    home: Home,
    instance: dg.DagsterInstance,
    run_id: str,
    told: list[Message],
    all_well: tuple[str, ...] = (),
) -> list[Entry]:
    """Tell, and write into the run's log what did not arrive."""
    left = tell(home, load_settings(home.settings_file).alerts, told, all_well=all_well)
    for entry in left:
        why = ", ".join(f"{name}: {reason}" for name, reason in entry.undelivered.items())
        instance.report_engine_event(
            f"The alert `{entry.kind}` of {entry.night} was not delivered ({why}). It is tried "
            "again with the next one and by `strata status --alert`.",
            instance.get_run_by_id(run_id),
        )
    return left
