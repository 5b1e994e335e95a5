"""The jobs: the whole night, and the night without its publication for past days."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHTLY = "nightly"
UNPUBLISHED = "unpublished_night"


def build_jobs(hook: dg.HookDefinition) -> list[UnresolvedAssetJobDefinition]:
    """Return the jobs; each runs in one process, so that only one connection ever writes."""
    everything = dg.AssetSelection.all()
    published = dg.AssetSelection.groups("serving", "report")
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=everything,
            hooks={hook},
            executor_def=dg.in_process_executor,
            description="The whole night of one business day: landing files to published tables.",
        ),
        dg.define_asset_job(
            UNPUBLISHED,
            selection=everything - published,
            executor_def=dg.in_process_executor,
            description="A past night for the history; the last night of a backfill publishes.",
        ),
    ]
