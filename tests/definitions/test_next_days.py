"""Of whom the next 90 days of a past night are told: of nobody who refuses profiling by then."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tests.definitions.lines import line

PAST = date(2026, 1, 1)
TONIGHT = PAST + timedelta(days=90)
MODELS = (
    "path:models/staging path:models/core path:models/features path:seeds path:models/segments "
    "fct_segment_scorecard"
)


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    """Two customers order before the past night and after it; one refuses in between."""
    made = new_world()
    before, after = PAST - timedelta(days=5), PAST + timedelta(days=40)
    made.land(
        "transactions",
        [
            line(f"{customer} {day}", customer, day)
            for customer in ("stays", "refuses")
            for day in (before, after)
        ],
    )
    for night in (PAST, TONIGHT):
        made.fit(night, 1.0, 1.0)
    made.run(PAST, MODELS)
    at = datetime.combine(after, time(8))
    refusal = {"customer_id": "refuses", "updated_at": at, "profiling_consent": False}
    made.land("customers", [refusal])
    made.run(TONIGHT, MODELS)
    return made


@pytest.mark.parametrize("scheme", ["rfm", "value_tier", "lifecycle"])
def test_who_refuses_by_now_is_in_no_count_of_the_next_days(world: Any, scheme: str) -> None:
    told = world.query(
        "select sum(customers) as customers, sum(next_90d_buyers) as buyers, "
        "sum(next_90d_orders) as orders, sum(next_90d_spend) as spend "
        f"from segments.segment_outcomes where scheme = '{scheme}'"
    )
    assert told.iloc[0].tolist() == [1, 1, 1, 10]


def test_what_is_published_of_the_past_night_is_told_without_him(world: Any) -> None:
    told = world.query(
        "select sum(next_90d_spend) as spend from marts.fct_segment_scorecard "
        f"where scheme = 'rfm' and as_of_date = date '{PAST}'"
    )
    assert told["spend"].tolist() == [10]
