"""The nights: one partition a business day in the account's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.settings import Settings

# A range of nights in one run would be one dbt call as of its last day: wrong for all others.
ONE_NIGHT_A_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=1)


def nightly_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the partitions whose keys are the `as_of_date`s that can be run."""
    return dg.DailyPartitionsDefinition(start_date=settings.first_day, timezone=settings.time_zone)


def yesterday(settings: Settings) -> date:
    """Return the last whole business day in the account's time zone."""
    return datetime.now(ZoneInfo(settings.time_zone)).date() - timedelta(days=1)
