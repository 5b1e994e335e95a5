"""The nights: one partition a business day in the account's time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.settings import Settings


def nightly_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the partitions whose keys are the `as_of_date`s that can be run."""
    return dg.DailyPartitionsDefinition(start_date=settings.first_day, timezone=settings.time_zone)


def yesterday(settings: Settings) -> date:
    """Return the last whole business day in the account's time zone."""
    return datetime.now(ZoneInfo(settings.time_zone)).date() - timedelta(days=1)
