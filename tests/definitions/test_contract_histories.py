"""Contracts and balances of past nights: who left, and what was known then."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.leak_check import leaks_of_contracts
from orchestration.past_nights import past_contracts
from orchestration.settings import Settings

AS_OF = date(2026, 6, 30)
CUTOFF = date(2026, 4, 1)
EVERYTHING = "path:models/staging path:models/core path:models/features"
OWN = "night_customers contract_histories"


def contract(name: str, customer: str, started: str, ended: str | None = None, **more: Any) -> Any:
    row = {"contract_id": name, "customer_id": customer, "status": "active"}
    until = None if ended is None else date.fromisoformat(ended)
    return row | {"started_on": date.fromisoformat(started), "ended_on": until} | more


def holding(customer: str, product: str, day: str, balance: float) -> dict[str, Any]:
    row = {"customer_id": customer, "product_id": product}
    return row | {"held_on": date.fromisoformat(day), "balance": balance}


BY_HAND = {
    "contracts": [
        contract("K01", "ended", "2025-01-01", "2026-05-15"),
        contract("K02", "stays", "2025-06-01"),
        contract("K03", "replaced", "2025-01-01", "2026-05-01"),
        contract("K04", "replaced", "2026-05-01"),
        contract("K05", "ended that day", "2026-01-01", "2026-04-01"),
        contract("K06", "later", "2026-04-02"),
        contract("K07", "status says ended", "2025-01-01", status="ended"),
        contract("K08", "balance gone", "2025-01-01"),
        contract("K09", "gives notice", "2026-03-12", "2026-07-02"),
        contract("K10", "gives notice", "2025-01-01", "2025-12-31"),
        contract("K11", "overdrawn", "2024-04-01"),
    ],
    "holdings": [
        holding("fifth left", "F1", "2026-03-01", 100),
        holding("fifth left", "F1", "2026-06-30", 20),
        holding("more left", "F1", "2026-03-01", 100),
        holding("more left", "F1", "2026-06-30", 20.01),
        holding("two products", "F1", "2026-03-01", 50),
        holding("two products", "F2", "2026-03-15", 50),
        holding("two products", "F1", "2026-06-01", 0),
        holding("first told later", "F1", "2026-04-02", 70),
        holding("balance gone", "F1", "2025-12-01", 400),
        holding("balance gone", "F1", "2026-03-31", 100),
        holding("balance gone", "F1", "2026-06-29", 1),
        holding("overdrawn", "F1", "2026-03-01", -50),
        holding("overdrawn", "F1", "2026-05-01", -500),
        holding("told a quarter ago", "F1", "2025-12-31", 9),
        holding("told no more", "F1", "2025-12-30", 9),
    ],
}


def random_rows(seed: int, customers: int) -> dict[str, list[dict[str, Any]]]:
    """Return contracts and holdings that start, end, move and stop at random, also after AS_OF."""
    rng = np.random.default_rng(seed)

    def day(low: int, high: int) -> str:
        return str(AS_OF - timedelta(days=int(rng.integers(low, high))))

    contracts, holdings = [], []
    for number in range(customers):
        name = f"#{number:03d}"
        for each in range(int(rng.integers(0, 4))):
            ended = day(-40, 500) if rng.random() < 0.6 else None
            contracts.append(contract(f"{name}-{each}", name, day(-20, 900), ended))
        for product in range(int(rng.integers(0, 3))):
            days = {day(-20, 600) for _ in range(int(rng.integers(1, 12)))}
            holdings += [
                holding(name, f"F{product}", each, float(rng.choice([0.0, 5.25, 40.0, 200.0])))
                for each in days
            ]
    return {"contracts": contracts, "holdings": holdings}


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any]) -> Any:
    made = new_world(relationship="contractual")
    rows = random_rows(5, 200)
    for table, by_hand in BY_HAND.items():
        made.land(table, by_hand + rows[table])
    made.run(AS_OF, EVERYTHING)
    return made


def histories(world: Any, where: str) -> pd.DataFrame:
    found = world.query(f"select * from features.contract_histories where {where}")
    return found.set_index("customer_id").sort_index()


@pytest.fixture(scope="module")
def past(world: Any) -> pd.DataFrame:
    return histories(world, f"cutoff_date = date '{CUTOFF}' and customer_id not like '#%'")


def test_who_had_left_90_days_later_equals_the_hand_computed_labels(past: pd.DataFrame) -> None:
    assert past["has_left"].astype(bool).to_dict() == {
        "ended": True,
        "stays": False,
        "replaced": False,
        "status says ended": False,
        "balance gone": True,
        "gives notice": False,
        "overdrawn": False,
        "fifth left": True,
        "more left": False,
        "two products": False,
        "told a quarter ago": False,
    }
    assert set(past["label_known_on"].dt.date) == {AS_OF}


def test_what_was_known_equals_the_hand_computed_values(past: pd.DataFrame) -> None:
    notice = past.loc["gives notice"]
    assert (notice["active_contracts"], notice["ended_contracts_365d"]) == (1, 1)
    assert (notice["tenure_days"], notice["latest_contract_days"]) == (455, 20)
    two = past.loc["two products"]
    assert (two["balance"], two["balance_30d_ago"], two["tenure_days"]) == (100, 50, 31)
    assert pd.isna(two["balance_90d_ago"])
    assert pd.isna(two["latest_contract_days"])
    gone = past.loc["balance gone"]
    assert [gone[f"balance{ago}"] for ago in ("", "_30d_ago", "_90d_ago")] == [100, 400, 400]
    assert past.loc["told a quarter ago", "balance"] == 9


def test_whoever_has_neither_contract_nor_balance_is_not_asked_about(world: Any) -> None:
    tonight = histories(world, "label_known_on is null and customer_id not like '#%'")
    assert set(tonight.index) == {
        "stays", "replaced", "later", "status says ended", "balance gone", "gives notice",
        "overdrawn", "fifth left", "more left", "two products", "first told later",
    }  # fmt: skip
    assert tonight["has_left"].isna().all()


@pytest.mark.parametrize("back", [90, 180, 365])
def test_a_past_night_is_told_as_it_was(world: Any, back: int) -> None:
    night = AS_OF - timedelta(days=back)
    known = [
        name
        for name in histories(world, "false").columns
        if name not in ("has_left", "label_known_on")
    ]
    world.run(AS_OF, OWN)
    told = histories(world, f"cutoff_date = date '{night}'")[known]
    world.run(night, OWN)
    said = histories(world, "label_known_on is null")[known]
    assert len(said) > 80
    pd.testing.assert_frame_equal(told, said)


def test_an_account_without_contracts_has_no_rows(world: Any) -> None:
    other = replace(world, settings=Settings(currency="EUR", relationship="non_contractual"))
    other.run(AS_OF, OWN)
    assert histories(other, "true").empty


def leaks(world: Any) -> pd.DataFrame:
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        return leaks_of_contracts(connection, past_contracts(connection))


def test_a_second_way_of_reckoning_finds_no_leak(world: Any) -> None:
    world.run(AS_OF, OWN)
    assert leaks(world).empty


@pytest.mark.parametrize(
    ("column", "leak"),
    [
        # An end that came after the night, and a balance told after it.
        ("active_contracts", "active_contracts - cast(has_left as integer)"),
        ("balance", "case when has_left then balance / 5 else balance end"),
    ],
)
def test_a_planted_leak_is_found(world: Any, column: str, leak: str) -> None:
    world.run(AS_OF, OWN)
    world.execute(
        f"update features.contract_histories set {column} = {leak} "
        f"where has_left and active_contracts > 1 and balance > 0"
    )
    found = leaks(world)
    differing = found[found["finding"] == "differs"]
    assert {column, f"feature {column}"} <= set(differing["feature"])
    assert set(differing["feature"]) <= {
        column, f"feature {column}", "feature decline_30d", "feature decline_90d",
        "feature free_decline_90d",
    }  # fmt: skip
