"""Planted customers who withdraw nine tenths in the 60 days before they leave are found."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
import pandas as pd
import pytest

from models.contract_outlook import contract_outlook
from models.outlook import Outlook
from orchestration.database import in_memory
from orchestration.past_nights import contracts_tonight, past_contracts
from orchestration.samples.planted import finance
from orchestration.samples.planted.people import people_sql
from orchestration.samples.planted.world import PlantedSpec, day_number
from orchestration.settings import Settings

SPEC = PlantedSpec(customers=2500, days=500, seed=4)
LAST = day_number(SPEC.last_day)
MODELS = "path:models/staging path:models/core night_customers +counted_order_days customer_rfm"
HISTORIES = "purchase_histories past_purchase_histories contract_histories"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return contracts and holdings of people who all have both, and when they leave."""
    with (
        pytest.MonkeyPatch.context() as patch,
        in_memory(Settings(threads=1), tmp_path_factory.mktemp("planted")) as connection,
    ):
        patch.setattr(finance, "CONTRACT_SHARE", 1.0)
        patch.setattr(finance, "HOLDER_SHARE", 1.0)
        connection.execute(f"create table people as {people_sql(SPEC, SPEC.last_day)}")
        found = {
            table: pd.concat(
                connection.execute(sql).df() for sql in make(SPEC, day_number(SPEC.first_day), LAST)
            )
            for table, make in (("contracts", finance.contracts), ("holdings", finance.holdings))
        }
        people = connection.execute("select customer_id, churn_day from people").df()
    return found | {"people": people.set_index("customer_id")}


@pytest.fixture(scope="module")
def outlook(new_world: Callable[..., Any], planted: dict[str, pd.DataFrame]) -> Outlook:
    world = new_world(relationship="contractual")
    # A later row of a contract supersedes the earlier one, as an ending does.
    names = {
        "contracts": ["contract_id", "customer_id", "status", "started_on", "ended_on"],
        "holdings": ["customer_id", "product_id", "held_on", "balance"],
    }
    for table, columns in names.items():
        rows = planted[table][columns].astype(object)
        world.land(table, rows.where(rows.notna(), None).to_dict("records"))
    world.run(SPEC.last_day, f"{MODELS} {HISTORIES}")
    with closing(duckdb.connect(str(world.home.warehouse))) as connection:
        return contract_outlook(
            contracts_tonight(connection),
            past_contracts(connection),
            as_of_date=SPEC.last_day,
            random_state=1,
            resamples=60,
        )


def test_the_model_finds_the_planted_withdrawal_and_is_published(outlook: Outlook) -> None:
    assert outlook.prediction_source == "model", outlook.prediction_reason
    rows = outlook.parameters[outlook.parameters["kind"] == "churn"].set_index("parameter")
    decline = rows.loc["decline_90d"]
    assert decline["estimate"] > 3 * decline["standard_error"]


def test_probabilities_are_those_of_what_is_planted_to_come(
    outlook: Outlook, planted: dict[str, pd.DataFrame]
) -> None:
    probability = outlook.customers["churn_probability"]
    leaving = planted["people"]["churn_day"].reindex(probability.index)
    contracts = planted["contracts"]
    started = contracts[contracts["started_on"] <= pd.Timestamp(SPEC.last_day)]
    has_contract = probability.index.isin(started["customer_id"])
    # Money goes 60 days before its owner. Who has begun to withdraw leaves by contract; who has no
    # contract and has withdrawn has nothing left to lose; of all others nobody can tell who will.
    withdrawn = leaving.between(LAST + 1, LAST + 60)
    leaves = leaving.between(LAST + 1, LAST + 90 + 60) & (~withdrawn | has_contract)
    assert 100 < leaves.sum() < 300
    assert probability[withdrawn & has_contract].median() > 0.8
    assert probability[~withdrawn].median() < 0.1
    assert probability.sum() == pytest.approx(leaves.sum(), rel=0.25)
