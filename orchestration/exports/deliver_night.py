"""An export's entries and exits, told by the webhook that the settings name."""

from orchestration.database import opened
from orchestration.export_settings import schemes_of
from orchestration.exports.delivery import Delivery, deliver
from orchestration.exports.folder import Export
from orchestration.exports.message import Night
from orchestration.exports.profiles import exported_schemes
from orchestration.exports.write_night import PROFILES
from orchestration.home import Home
from orchestration.publishing.manifest import Issue
from orchestration.settings import Settings


def deliver_export(home: Home, settings: Settings, issue: Issue, export: Export) -> Delivery | None:
    """Tell who entered and who left, of those whom the export names; None without a receiver."""
    webhook = settings.exports.webhook
    if webhook.url is None:
        return None
    night = Night(issue.as_of_date, issue.run_id)
    profiles = export.folder(home) / PROFILES
    with opened(home.serving / issue.serving_file, home, settings, read_only=True) as connection:
        allowed = exported_schemes(connection, settings, schemes_of(webhook.segments))
        chosen = tuple(each for each in webhook.segments if each.partition(".")[0] in allowed)
        told = webhook.model_copy(update={"segments": chosen})
        return deliver(connection, home, told, night, profiles)
