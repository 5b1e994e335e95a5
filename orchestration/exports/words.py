"""What a person is told of the exports: at the end of a run, by `strata status`, in the UI."""

import textwrap
from typing import Any

from orchestration.exports.delivery import Delivery, last_delivery
from orchestration.exports.folder import LATEST, Export, latest_export
from orchestration.home import Home

_IN = " " * 9
"""The lines below stand under the paths of the last lines of a run."""


def export_text(export: Export) -> str:
    """Say in a sentence or two whom the export names, and what changed."""
    people, changes = export.people, export.changes
    since = f"since {export.changes_since}" if export.changes_since else "the first time"
    parts = [
        f"{export.profiles:,} profiles; {since}: {changes.added:,} added, "
        f"{changes.changed:,} changed, {changes.removed:,} removed."
    ]
    if people.without_consent:
        known = "" if people.any_consent_known else " No consent has landed of anybody."
        parts.append(
            f"Left out without consent: {people.without_consent:,} (exports.consent: "
            f"{export.consent}).{known}"
        )
    if people.with_address_as_id:
        parts.append(f"Left out, the id being an e-mail address: {people.with_address_as_id:,}.")
    if export.guarded_rows:
        guarded = f"{export.guarded_rows:,}"
        parts.append(f"Ids with ' in front in CSV (exports.guard_formulas): {guarded}.")
    return " ".join(parts)


def delivery_text(delivery: Delivery) -> str:
    """Say what came of the POSTs."""
    told = f"{delivery.entered:,} entered, {delivery.left:,} left"
    if not delivery.missed:
        return f"{delivery.taken:,} POSTs taken: {told}."
    return (
        f"{delivery.missed:,} of {delivery.batches:,} POSTs were not taken ({delivery.reason}); "
        f"told: {told}. The next night tells the rest again; `strata export --deliver` does now."
    )


def exports_of(home: Home, run_id: str) -> dict[str, Any]:
    """Return what a run exported: where, what of, and what came of its POSTs; nothing if none."""
    export, delivery = latest_export(home), last_delivery(home)
    found: dict[str, Any] = {}
    if export is not None and export.run_id == run_id:
        found["exports"] = str(home.exports / LATEST)
        found["exported"] = export_text(export)
    if delivery is not None and delivery.run_id == run_id:
        found["delivered"] = delivery_text(delivery)
    return found


def told_of_exports(summary: dict[str, Any]) -> list[str]:
    """Return the last lines of a run that say where its exports are and what came of them."""
    lines = []
    if "exports" in summary:
        lines.append(f"Exports  {summary['exports']}")
        lines += textwrap.wrap(summary["exported"], 90, initial_indent=_IN, subsequent_indent=_IN)
    if "delivered" in summary:
        told = f"Webhook: {summary['delivered']}"
        lines += textwrap.wrap(told, 90, initial_indent=_IN, subsequent_indent=_IN)
    return lines


def missed_delivery(home: Home, run_id: str) -> list[dict[str, Any]]:
    """Return a run's failed delivery as `strata status` lists a failed check.

    The published tables were sealed before anything was sent, so they tell of it a night later.
    """
    delivery = last_delivery(home)
    if delivery is None or delivery.run_id != run_id or not delivery.missed:
        return []
    return [
        {
            "check_name": "every_delivery_was_taken",
            "asset": "exports.deliveries",
            "severity": "warn",
            "measured": float(delivery.missed),
            "reason": delivery_text(delivery),
        }
    ]
