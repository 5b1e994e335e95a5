"""The jobs: the whole night, the night without its publication, the weekly comparison."""

from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHTLY = "nightly"
UNPUBLISHED = "unpublished_night"
RECONCILE = "reconcile"
RECONCILE_GROUP = "reconcile"


def build_jobs(
    say_why: dg.HookDefinition,
    keep_tables: dg.HookDefinition,
    partitions: dg.PartitionsDefinition[str],
) -> list[UnresolvedAssetJobDefinition]:
    """Return the jobs; each runs in one process, so that only one connection ever writes."""
    oldest_first = dg.PartitionedConfig(
        partitions_def=partitions,
        run_config_for_partition_key_fn=lambda _: {},
        tags_for_partition_key_fn=_priority,
    )
    comparison = dg.AssetSelection.groups(RECONCILE_GROUP)
    everything = dg.AssetSelection.all() - comparison
    published = dg.AssetSelection.groups("serving", "report", "exports")
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=everything,
            config=oldest_first,
            hooks={say_why, keep_tables},
            executor_def=dg.in_process_executor,
            description="The whole night of one business day: landing files to published tables.",
        ),
        dg.define_asset_job(
            UNPUBLISHED,
            selection=everything - published,
            config=oldest_first,
            hooks={say_why, keep_tables},
            executor_def=dg.in_process_executor,
            description="A past night for the history; the last night of a backfill publishes.",
        ),
        dg.define_asset_job(
            RECONCILE,
            selection=comparison,
            hooks={say_why},
            executor_def=dg.in_process_executor,
            description="Rebuilds the last night from raw beside the live tables, and fails if any "
            "row differs.",
        ),
    ]


def _priority(night: str) -> dict[str, str]:
    """Return the tag by which the queue takes the oldest waiting night first.

    A backfill of the UI queues its nights in the order in which somebody typed them.
    """
    return {"dagster/priority": str(-date.fromisoformat(night).toordinal())}
