"""What is planted of risk, credit, assets and contracts is found again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orchestration.database import in_memory
from orchestration.samples.planted import finance, surveys
from orchestration.samples.planted.people import people_sql
from orchestration.samples.planted.world import PlantedSpec, day_number
from orchestration.settings import Settings

SPEC = PlantedSpec(customers=1200, days=500, seed=6)
LAST = day_number(SPEC.last_day)
MODELS = (
    "path:models/staging path:models/core night_customers +counted_order_days customer_rfm "
    "customer_holdings customer_balances risk_tolerances credit_standings contract_spells "
    "balance_spells customer_contracts customer_value risk_classes contract_stages "
    "lifecycle_by_contract risk_appetite credit_risk asset_tier value_tier fct_risk_mismatches"
)
TIERS = {"high_net_worth": 10_000.0, "mass_affluent": 2_000.0}
COLUMNS = {
    "contracts": "contract_id customer_id status started_on ended_on monthly_amount",
    "holdings": "customer_id product_id held_on balance risk_level",
    "credit_events": "customer_id event_type occurred_at days_past_due",
    "survey_responses": "customer_id survey question score scale_max responded_at",
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return the files of people who all have everything, and what is true of them."""
    with (
        pytest.MonkeyPatch.context() as patch,
        in_memory(Settings(threads=1), tmp_path_factory.mktemp("planted")) as connection,
    ):
        for share in ("CONTRACT_SHARE", "HOLDER_SHARE", "BORROWER_SHARE"):
            patch.setattr(finance, share, 1.0)
        patch.setattr(surveys, "RESPONDENT_SHARE", 1.0)
        connection.execute(f"create table people as {people_sql(SPEC, SPEC.last_day)}")
        days = (day_number(SPEC.first_day), LAST)
        queries = {
            "contracts": finance.contracts(SPEC, *days),
            "holdings": finance.holdings(SPEC, *days),
            # The second query of each is rows that are refused, or sent again.
            "credit_events": finance.credit_events(SPEC, *days)[:1],
            "survey_responses": surveys.survey_responses(SPEC, *days)[:1],
        }
        found = {
            table: pd.concat([connection.execute(sql).df() for sql in each], ignore_index=True)
            for table, each in queries.items()
        }
        people = connection.execute(
            "select customer_id, churn_day, start_day, risk_appetite, credit_class from people"
        ).df()
    events, answers = found["credit_events"], found["survey_responses"]
    events["occurred_at"] = pd.to_datetime(events["occurred_at"]).dt.tz_localize(None)
    events["days_past_due"] = pd.to_numeric(events["days_past_due"], errors="coerce")
    found["survey_responses"] = answers[answers["survey"] == "risk_profile"]
    return found | {"people": people.set_index("customer_id")}


@pytest.fixture(scope="module")
def world(new_world: Callable[..., Any], planted: dict[str, pd.DataFrame]) -> Any:
    made = new_world(relationship="contractual", asset_tier=TIERS)
    # A later row of a contract supersedes the earlier one, as an ending does.
    for table, names in COLUMNS.items():
        rows = planted[table][names.split()].astype(object)
        made.land(table, rows.where(rows.notna(), None).to_dict("records"))
    made.run(SPEC.last_day, MODELS)
    return made


def by_customer(world: Any, table: str, column: str) -> "pd.Series[Any]":
    found = world.query(f"select customer_id, {column} from {table}")
    return found.set_index("customer_id")[column]


def segments(world: Any, scheme: str) -> "pd.Series[str]":
    return by_customer(world, f"segments.{scheme}", "segment_id").str.partition(".")[2]


def planted_balances(planted: dict[str, pd.DataFrame]) -> "pd.Series[float]":
    """Return the last balance of whoever had one in the last 92 days; each has one product."""
    holdings = planted["holdings"].sort_values("held_on")
    recent = holdings["held_on"] > pd.Timestamp(SPEC.last_day - timedelta(days=92))
    return holdings[recent].groupby("customer_id")["balance"].last().astype(float)


def test_the_planted_risk_appetite_is_the_class_of_the_questionnaire(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = by_customer(world, "features.risk_tolerances", "risk_class")
    truth = planted["people"]["risk_appetite"].reindex(found.index)
    assert len(found) > 500
    # Three answers with a spread of 0.8 each: their mean is off by more than a half in 28 %.
    assert (found == truth).mean() > 0.68
    assert ((found - truth).abs() <= 1).mean() > 0.98


def test_the_groups_are_those_of_the_planted_appetite(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = segments(world, "risk_appetite")
    answered = by_customer(world, "features.risk_tolerances", "age_days")
    old = answered.index[answered > 365]
    assert len(old) > 20
    assert set(found[found == "expired"].index) == set(old)
    valid = found[~found.isin(["expired", "unknown"])]
    truth = planted["people"]["risk_appetite"].reindex(valid.index)
    groups = truth.map({1: "conservative", 2: "conservative", 3: "balanced"}).fillna("aggressive")
    assert (valid == groups).mean() > 0.8
    assert not ((truth == 1) & (valid == "aggressive")).any()
    assert not ((truth == 5) & (valid == "conservative")).any()


def test_what_people_hold_reveals_the_planted_appetite(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = by_customer(world, "features.customer_balances", "revealed_risk").dropna()
    assert set(found.index) == set(planted_balances(planted).index)
    assert (found == planted["people"]["risk_appetite"].reindex(found.index)).all()


def test_holdings_above_the_answered_class_are_all_mismatches(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    answers = planted["survey_responses"].groupby("customer_id")["score"].mean()
    classes = np.floor(answers + 0.5)
    held = planted["people"]["risk_appetite"].reindex(planted_balances(planted).index)
    above = held[held > classes.reindex(held.index)]
    found = world.query("select * from marts.fct_risk_mismatches").set_index("customer_id")
    assert len(above) > 30
    assert found["holding_risk"].to_dict() == above.to_dict()
    assert found["tolerance"].to_dict() == classes.reindex(above.index).to_dict()


def test_planted_borrowers_stand_where_their_payments_put_them(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = segments(world, "credit_risk")
    found = found[found != "unknown"]
    truth = planted["people"]["credit_class"].reindex(found.index)
    by_class = {each: set(found[truth == each]) for each in ("sound", "strained")}
    assert by_class == {"sound": {"current"}, "strained": {"past_due_1_29", "past_due_30_59"}}
    events = planted["credit_events"]
    late = events["days_past_due"].ge(90) | events["event_type"].eq("default")
    defaulted = set(events[late]["customer_id"])
    assert len(defaulted) > 5
    assert set(found[found == "past_due_90_plus"].index) == defaulted
    assert set(truth[sorted(defaulted)]) == {"defaulting"}


def test_planted_balances_give_the_tier(world: Any, planted: dict[str, pd.DataFrame]) -> None:
    balances = planted_balances(planted)
    tiers = pd.cut(
        balances,
        [-np.inf, TIERS["mass_affluent"], TIERS["high_net_worth"], np.inf],
        labels=["mass", "mass_affluent", "high_net_worth"],
        right=False,
    ).astype(str)
    found = segments(world, "asset_tier")
    assert tiers.value_counts().min() > 50
    assert found[found != "prospect"].to_dict() == tiers.to_dict()


def test_who_withdrew_is_at_risk_and_who_left_is_churned(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    found = segments(world, "lifecycle_by_contract")
    people = planted["people"].reindex(found.index)
    # Nine tenths go 60 days before their owner; a balance stands for 92 days after it was told.
    leaving = people["churn_day"].between(LAST + 1, LAST + 60) & (people["start_day"] <= LAST - 92)
    gone = people["churn_day"] <= LAST - 92
    stays = people["churn_day"] > LAST + 60
    assert min(leaving.sum(), gone.sum()) > 20
    assert set(found[leaving]) == {"at_risk"}
    assert set(found[gone]) == {"churned"}
    assert set(found[stays]) <= {"active", "new", "prospect"}


def test_value_by_contract_is_income_of_a_year(
    world: Any, planted: dict[str, pd.DataFrame]
) -> None:
    contracts = planted["contracts"].groupby("contract_id").last().set_index("customer_id")
    tomorrow = pd.Timestamp(SPEC.last_day + timedelta(days=1))
    first = contracts["started_on"].clip(lower=tomorrow - timedelta(days=365))
    days = (contracts["ended_on"].fillna(tomorrow) - first).dt.days.clip(lower=0)
    income = 12 * contracts["monthly_amount"].astype(float) * days / 365
    expected = income.add(0.015 * planted_balances(planted), fill_value=0)
    found = by_customer(world, "features.customer_value", "value_365d").astype(float)
    pd.testing.assert_series_equal(
        found[found > 0].sort_index(),
        expected[expected > 0].sort_index(),
        check_names=False,
        rtol=0,
        atol=0.001,
    )
    assert set(by_customer(world, "features.customer_value", "value_basis")) == {"contracts"}
    assert {"high", "medium", "low"} <= set(segments(world, "value_tier"))
