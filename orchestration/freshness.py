"""By when a night's published tables have to be there; the Dagster UI says if they are not."""

from datetime import timedelta

import dagster as dg

from orchestration.settings import Settings

# A night takes minutes; a queue of past nights before it may take hours.
HOURS_TO_DEADLINE = 4
# The first part of the keys of what is read outside; the stages before only lead there.
READ_BY_PEOPLE = frozenset({"marts", "serving", "reports", "exports"})
_MINUTES_A_DAY = 24 * 60


def nightly_freshness(settings: Settings) -> dg.FreshnessPolicy | None:
    """Return the policy: made since midnight by four hours after the schedule, in the zone's time.

    Yesterday's night cannot be run before midnight, so what was made since then by the schedule, by
    hand or because files landed is fresh. A deadline past midnight looks back a whole day. Under
    `run_until_data` there is none: the data ended long ago, and no clock says that it is late.
    """
    if settings.run_until_data:
        return None
    minutes = _minutes(settings.schedule.at) + HOURS_TO_DEADLINE * 60
    deadline = minutes % _MINUTES_A_DAY
    window = deadline if minutes < _MINUTES_A_DAY else _MINUTES_A_DAY
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"{deadline % 60} {deadline // 60} * * *",
        lower_bound_delta=timedelta(minutes=window),
        timezone=settings.time_zone,
    )


def with_freshness(
    assets: dg.AssetsDefinition, policy: dg.FreshnessPolicy | None
) -> dg.AssetsDefinition:
    """Give the policy to those of the assets that readers see: marts, the served file, pages."""

    def fresh(spec: dg.AssetSpec) -> dg.AssetSpec:
        is_read = spec.key.path[0] in READ_BY_PEOPLE
        return spec.replace_attributes(freshness_policy=policy) if is_read else spec

    return assets if policy is None else assets.map_asset_specs(fresh)


def _minutes(at: str) -> int:
    hour, minute = at.split(":")
    return int(hour) * 60 + int(minute)
