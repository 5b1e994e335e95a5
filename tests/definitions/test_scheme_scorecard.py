"""What schemes are worth, and who is in two of them, against scipy and pandas."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

PAST = date(2026, 1, 1)
TONIGHT = PAST + timedelta(days=90)
CUSTOMERS = 240
CORE = "path:models/staging path:models/core "
MARTS = (
    "path:models/features path:seeds path:models/segments customer_360 dim_segments "
    "fct_scheme_scorecard fct_segment_scorecard fct_segment_crosstab"
)
SCHEMES = ["rfm", "value_tier", "lifecycle"]


def lines() -> list[dict[str, Any]]:
    """Draw orders of customers whose rates and baskets last: who they are tells what follows."""
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = []
    for number in range(CUSTOMERS):
        gap, basket = 8 * rng.lognormal(0.8, 0.9), 20 * rng.lognormal(0, 0.7)
        first = PAST - timedelta(days=int(rng.integers(10, 400)))
        leaves = first + timedelta(days=int(rng.exponential(500)))
        day = first
        while day <= min(leaves, TONIGHT):
            rows.append(
                {
                    "order_id": f"o{len(rows)}",
                    "line_id": "1",
                    "customer_id": f"c{number:03}",
                    "ordered_at": datetime.combine(day, time(12)),
                    "quantity": 1,
                    "amount": round(float(basket * rng.lognormal(0, 0.3)), 2),
                    "transaction_type": "sale",
                }
            )
            day += timedelta(days=1 + int(rng.exponential(gap)))
    return rows


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    made = new_world()
    made.land("transactions", lines())
    for night in (PAST, TONIGHT):
        made.fit(night, 1.2, 12.0)
    made.run(PAST, CORE + MARTS)
    made.run(TONIGHT, MARTS)
    return made


def segments_of(world: Any, night: date) -> pd.DataFrame:
    """Return each customer's segment by scheme, of the night's full rows."""
    rows = world.query(
        "select customer_id, scheme, segment_id from segments.customer_segments "
        f"where as_of_date = date '{night}'"
    )
    return rows.pivot_table(
        index="customer_id", columns="scheme", values="segment_id", aggfunc="first"
    )


@pytest.fixture(scope="module")
def scorecard(world: Any) -> pd.DataFrame:
    return world.query(
        f"select * from marts.fct_scheme_scorecard where as_of_date = date '{TONIGHT}'"
    ).set_index("scheme")


@pytest.fixture(scope="module")
def outcomes(world: Any) -> pd.DataFrame:
    """Return the segments of the past night beside spend and orders of the 90 days after it."""
    frame = pd.DataFrame(lines())
    days = frame["ordered_at"].dt.date
    after = frame[(days > PAST) & (days <= TONIGHT)].groupby("customer_id")["amount"]
    past = segments_of(world, PAST)
    return past.assign(
        spend=after.sum().reindex(past.index).fillna(0.0),
        has_ordered=after.count().reindex(past.index).fillna(0) > 0,
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_eta_squared_is_the_share_of_squares_between_segments(
    outcomes: pd.DataFrame, scorecard: pd.DataFrame, scheme: str
) -> None:
    spend = outcomes["spend"]
    between = outcomes.groupby(scheme)["spend"].agg(["mean", "size"])
    squares = ((between["mean"] - spend.mean()) ** 2 * between["size"]).sum()
    expected = squares / ((spend - spend.mean()) ** 2).sum()
    assert 0.01 < expected < 1
    assert scorecard.loc[scheme, "eta_squared_next_90d_spend"] == pytest.approx(expected, abs=1e-6)
    assert scorecard.loc[scheme, "effect_as_of_date"].date() == PAST


@pytest.mark.parametrize("scheme", SCHEMES)
def test_cramers_v_is_that_of_the_chi_squared_table_without_its_bias(
    outcomes: pd.DataFrame, scorecard: pd.DataFrame, scheme: str
) -> None:
    table = pd.crosstab(outcomes[scheme], outcomes["has_ordered"])
    customers, (rows, columns) = len(outcomes), table.shape
    chi_squared = chi2_contingency(table, correction=False).statistic
    left = chi_squared / customers - (rows - 1) * (columns - 1) / (customers - 1)
    possible = [side - 1 - (side - 1) ** 2 / (customers - 1) for side in (rows, columns)]
    expected = np.sqrt(max(0, left) / min(possible))
    assert 0.1 < expected < 1
    assert scorecard.loc[scheme, "cramers_v_next_90d_order"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_turnover_is_told_of_who_was_there_on_both_nights(
    world: Any, scorecard: pd.DataFrame, scheme: str
) -> None:
    before, now = segments_of(world, PAST)[scheme], segments_of(world, TONIGHT)[scheme]
    both = pd.concat([before, now], axis=1, join="inner", keys=["before", "now"]).dropna()
    moved = (both["before"] != both["now"]).mean()
    assert 0 < moved < 1
    assert scorecard.loc[scheme, "turnover_share"] == pytest.approx(moved, abs=1e-9)


def test_the_past_night_knew_no_effect(world: Any) -> None:
    past = world.query(
        "select scheme, eta_squared_next_90d_spend as effect, effect_as_of_date "
        f"from marts.fct_scheme_scorecard where as_of_date = date '{PAST}'"
    )
    assert set(SCHEMES) <= set(past["scheme"])
    assert past[["effect", "effect_as_of_date"]].isna().all(axis=None)


def test_the_crosstab_is_that_of_pandas(world: Any) -> None:
    told = world.query("select * from marts.fct_segment_crosstab")
    now = segments_of(world, TONIGHT)
    pairs = [(one, other) for one in SCHEMES for other in SCHEMES if one != other]
    assert set(pairs) <= set(zip(told["scheme_a"], told["scheme_b"], strict=True))
    spend = world.query("select sum(spend_365d) as spend from marts.customer_360").loc[0, "spend"]
    for one, other in pairs:
        expected = now.groupby([one, other]).size()
        found = told[(told["scheme_a"] == one) & (told["scheme_b"] == other)]
        counted = found.set_index(["segment_a", "segment_b"])["customers"]
        assert counted.to_dict() == expected.to_dict()
        assert found.groupby("segment_a")["share_of_a"].sum().round(6).eq(1).all()
        assert found["spend_365d"].sum() == pytest.approx(spend)
