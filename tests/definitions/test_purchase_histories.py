"""What is told of a past night equals what that night said, and what came, what came."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

AS_OF = date(2026, 6, 30)
HORIZON = timedelta(days=90)
FEATURES = "path:models/features"


def random_lines(seed: int, *, customers: int) -> list[dict[str, Any]]:
    """Orders over 700 days, up to some after the night, of which every fifth is sent back."""
    rng = np.random.default_rng(seed)
    lines: list[dict[str, Any]] = []
    for number in range(customers):
        customer = f"k{number:03d}"
        for order in range(int(rng.poisson(rng.gamma(1.2, 6.0)))):
            day = AS_OF - timedelta(days=int(rng.integers(-30, 700)))
            name = f"o{number:03d}-{order:02d}"
            amount = float(rng.integers(100, 9000)) / 100
            lines.append(_line(name, "1", customer, day, amount))
            if rng.random() < 0.2:
                share = 1.0 if rng.random() < 0.7 else 0.5
                back = day + timedelta(days=int(rng.integers(0, 150)))
                lines.append(
                    _line(name, "2", customer, back, -round(amount * share, 2))
                    | {"original_order_id": name, "quantity": 1 if share == 1.0 else None}
                )
    return lines


def _line(order: str, line: str, customer: str, day: date, amount: float) -> dict[str, Any]:
    return {
        "order_id": order,
        "line_id": line,
        "customer_id": customer,
        "ordered_at": datetime.combine(day, time(12)),
        "product_id": "p",
        "quantity": 1,
        "amount": amount,
        "transaction_type": "sale" if amount > 0 else "return",
    }


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    made = new_world()
    made.land("transactions", random_lines(3, customers=120))
    made.run(AS_OF, f"path:models/staging path:models/core {FEATURES}")
    return made


@pytest.fixture(scope="module")
def past(world: Any) -> pd.DataFrame:
    return world.query("select * from features.past_purchase_histories order by all")


def nights_said(world: Any, night: date) -> pd.DataFrame:
    world.run(night, FEATURES)
    return world.query("select * from features.purchase_histories order by customer_id")


@pytest.mark.parametrize("back", [90, 240, 365])
def test_a_past_night_is_told_as_it_was(world: Any, past: pd.DataFrame, back: int) -> None:
    night = AS_OF - timedelta(days=back)
    said = nights_said(world, night).set_index("customer_id")
    told = past[past["cutoff_date"].dt.date == night].set_index("customer_id")
    assert len(said) > 60
    pd.testing.assert_frame_equal(told[list(said.columns)], said)


def test_what_came_is_what_the_later_night_counts(world: Any, past: pd.DataFrame) -> None:
    night, later = AS_OF - HORIZON, AS_OF
    told = past[past["cutoff_date"].dt.date == night].set_index("customer_id").sort_index()
    world.run(later, FEATURES)
    came = world.query(
        f"select customer_id, count(*) as order_days from features.counted_order_days "
        f"where order_date > date '{night}' group by all"
    ).set_index("customer_id")
    spent = world.query(
        f"select customer_id, sum(revenue) as spend from core.customer_days "
        f"where day > date '{night}' and day <= date '{later}' group by all"
    ).set_index("customer_id")
    known = told.index
    assert told["order_days_next_90d"].sum() > 50
    assert (told["order_days_next_90d"] == came["order_days"].reindex(known).fillna(0)).all()
    np.testing.assert_allclose(
        told["spend_next_90d"].astype(float), spent["spend"].reindex(known).fillna(0).astype(float)
    )


def test_a_year_ahead_is_known_only_a_year_later(world: Any, past: pd.DataFrame) -> None:
    is_known = past["spend_next_365d"].notna().groupby(past["cutoff_date"].dt.date).mean()
    nights = [AS_OF - timedelta(days=back) for back in (90, 180, 240, 365)]
    assert is_known.reindex(nights).tolist() == [0.0, 0.0, 0.0, 1.0]
    night = nights[-1]
    told = past[past["cutoff_date"].dt.date == night].set_index("customer_id")["spend_next_365d"]
    spent = world.query(
        f"select customer_id, sum(revenue) as spend from core.customer_days "
        f"where day > date '{night}' and day <= date '{night + timedelta(days=365)}' group by all"
    ).set_index("customer_id")["spend"]
    np.testing.assert_allclose(
        told.astype(float), spent.reindex(told.index).fillna(0).astype(float)
    )


def test_behaviour_of_a_past_night_is_what_that_night_said(world: Any) -> None:
    world.run(AS_OF, FEATURES)
    told = world.query("select * from features.past_customer_behaviour").set_index("customer_id")
    world.run(AS_OF - HORIZON, FEATURES)
    said = world.query("select * exclude (as_of_date) from features.customer_behaviour")
    said = said.set_index("customer_id").sort_index()
    assert len(said) > 50
    pd.testing.assert_frame_equal(told.sort_index()[list(said.columns)], said)
