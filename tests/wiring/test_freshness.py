"""When the published tables count as late in the Dagster UI."""

from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.definitions.freshness import CronFreshnessPolicy

from orchestration.freshness import nightly_freshness, with_freshness
from orchestration.settings import ScheduleSettings, Settings


@pytest.mark.parametrize(
    ("at", "deadline", "hours"),
    [
        # Since midnight: no earlier can yesterday's night be run.
        ("02:30", "30 6 * * *", 6.5),
        ("19:59", "59 23 * * *", 23 + 59 / 60),
        # Past midnight: whatever was made in the day before the deadline.
        ("20:00", "0 0 * * *", 24.0),
        ("23:10", "10 3 * * *", 24.0),
    ],
)
def test_a_night_is_due_four_hours_after_its_schedule_in_the_accounts_zone(
    at: str, deadline: str, hours: float
) -> None:
    settings = Settings(time_zone="Asia/Shanghai", schedule=ScheduleSettings(at=at))

    policy = nightly_freshness(settings)

    assert isinstance(policy, CronFreshnessPolicy)
    assert policy.deadline_cron == deadline
    assert policy.timezone == "Asia/Shanghai"
    assert policy.lower_bound_delta == timedelta(hours=hours)


def test_a_sample_whose_data_ended_is_never_late() -> None:
    assert nightly_freshness(Settings(run_until_data=True)) is None


def test_only_what_is_read_has_a_deadline() -> None:
    @dg.multi_asset(specs=[dg.AssetSpec(["marts", "a"]), dg.AssetSpec(["core", "b"])])
    def both():  # type: ignore[no-untyped-def]
        ...

    policy = nightly_freshness(Settings())

    policies = {
        spec.key.path[0]: spec.freshness_policy for spec in with_freshness(both, policy).specs
    }
    assert policies == {"marts": policy, "core": None}
    assert with_freshness(both, None) is both
