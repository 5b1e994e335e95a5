"""The assets before the ingest: new rows of the databases that the settings name."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from orchestration.database_settings import LandingDatabase
from orchestration.resources import NightHome

GROUP = "landing"


def database_key(database: LandingDatabase) -> dg.AssetKey:
    """Return the key of the asset that reads a database."""
    return dg.AssetKey(["databases", database.name])


def build_databases(
    partitions: dg.PartitionsDefinition[str], databases: Sequence[LandingDatabase]
) -> list[dg.AssetsDefinition]:
    """Return an asset for each table that is read from a database.

    One that cannot be read stops the night: segments as of tonight without today's orders would be
    wrong for everybody, and look right. Readers keep the night before, marked stale.
    """
    return [_asset_of(database, partitions) for database in databases]


def _asset_of(
    database: LandingDatabase, partitions: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    how = f"from its `{database.cursor}` on" if database.cursor else "whole, if it has changed"

    @dg.asset(
        key=database_key(database),
        group_name=GROUP,
        kinds={"dlt", "parquet"},
        owners=["team:data-platform"],
        partitions_def=partitions,
        description=f"One file per night with the rows of `{database.table}`, {how}, in "
        f"`landing/{database.into}/`; none if there are none.",
    )
    def land_database(night: NightHome) -> dg.MaterializeResult[Any]:
        # dlt takes a second to import, and only some installations have it.
        from orchestration.landing.databases.pull import pull

        files = pull(night.home, database)
        return dg.MaterializeResult(
            metadata={"files": len(files), "rows": sum(each.rows for each in files)}
        )

    return land_database
