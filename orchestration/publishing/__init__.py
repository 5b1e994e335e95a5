"""The tables that go out: built beside the published ones, verified, swapped in whole."""

from orchestration.publishing.issue import (
    NightInfo,
    NightMovesBackError,
    current_issue,
    kept_issues,
    publish,
    publish_back_dated,
    reissue_stale,
    restore,
)
from orchestration.publishing.manifest import Issue
from orchestration.publishing.tables import PUBLISHED, SCHEMA_VERSION

__all__ = [
    "PUBLISHED",
    "SCHEMA_VERSION",
    "Issue",
    "NightInfo",
    "NightMovesBackError",
    "current_issue",
    "kept_issues",
    "publish",
    "publish_back_dated",
    "reissue_stale",
    "restore",
]
