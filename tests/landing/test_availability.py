"""Which schemes the next night will have, and what would enable the others."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from orchestration import availability
from orchestration.availability import DataFacts, SchemeOutlook, predict_schemes, wanted_columns
from orchestration.database import in_memory
from orchestration.landing.data_facts import FactsOfFiles
from orchestration.landing.inspection import LandingInspection
from orchestration.landing.schema import create_raw_schema
from orchestration.scheme_registry import Scheme
from orchestration.settings import Settings

NIGHT = date(2024, 6, 30)
PLENTY = DataFacts(NIGHT, frozenset(), date(2023, 1, 1), gaps=500, recent_customers=200)


def scheme(name: str, *enabled_by: str, is_built: bool = True) -> Scheme:
    return Scheme(name, "rule", is_built, (), enabled_by, "", "", ())


TWO_WAYS = scheme("maps", "customers.region or customers.city", "stores.name")
LATER = scheme("later", is_built=False)


def outlook(facts: DataFacts, settings: Settings | None = None) -> dict[str, SchemeOutlook]:
    return {each.scheme: each for each in predict_schemes(facts, settings or Settings())}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "registered_schemes", lambda: (TWO_WAYS, LATER))


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ((), ("customers.region or customers.city", "stores.name")),
        (("customers.city",), ("stores.name",)),
        (("customers.city", "stores.name"), ()),
    ],
)
def test_a_scheme_takes_one_of_every_entry(
    columns: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    facts = DataFacts(NIGHT, frozenset(columns), None, 0, 0)

    found = outlook(facts)["maps"]

    assert found.enabled_by == missing
    assert found.is_available == (not missing)
    assert all(each in str(found.reason) for each in missing)


@pytest.mark.usefixtures("registry")
def test_a_scheme_without_a_model_is_not_available_and_no_column_would_help() -> None:
    assert outlook(PLENTY)["later"] == SchemeOutlook(
        "later", is_available=False, reason="this version of Strata does not compute it"
    )


@pytest.mark.usefixtures("registry")
def test_what_is_looked_for_is_what_the_registry_names() -> None:
    assert wanted_columns() == {
        "customers": ("region", "city"),
        "stores": ("name",),
        "contracts": ("started_on",),
        "holdings": ("balance",),
    }


def test_figures_decide_where_columns_do_not() -> None:
    young = DataFacts(NIGHT, frozenset(), date(2024, 4, 2), gaps=99, recent_customers=49)

    found = outlook(young)

    assert found["rfm"].is_available
    assert "99 gaps" in str(found["lifecycle"].reason)
    assert "49 customers" in str(found["behaviour"].reason)
    assert "89 days" in str(found["churn_risk"].reason)
    assert found["clv_tier"].is_available is False
    plenty = outlook(PLENTY)
    assert plenty["lifecycle"].is_available
    assert plenty["behaviour"].is_available is None
    contractual = outlook(PLENTY, Settings(relationship="contractual"))
    assert [contractual[each].is_available for each in ("lifecycle", "churn_risk", "clv_tier")] == [
        False, None, False,
    ]  # fmt: skip
    assert "contracts.started_on or holdings.balance" in str(contractual["lifecycle"].reason)
    told = replace(PLENTY, columns=frozenset({"holdings.balance"}))
    assert outlook(told, Settings(relationship="contractual"))["lifecycle"].is_available


def test_what_only_the_night_can_tell_is_left_open() -> None:
    columns = {"customers.city", "products.category", "survey_responses.score of psychographic"}

    found = outlook(replace(PLENTY, columns=frozenset(columns)))

    left = ("geographic", "needs", "psychographic")
    assert [found[each].is_available for each in left] == [None, None, None]
    known = columns | {"customers.region", "survey_responses.question of needs"}
    found = outlook(replace(PLENTY, columns=frozenset(known)))
    assert found["geographic"].is_available
    assert found["needs"].is_available
    assert not found["attitude"].is_available


def test_columns_and_order_days_are_found_in_files_and_in_what_was_loaded(
    landing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = scheme("both", "transactions.channel", "products.category")
    monkeypatch.setattr(availability, "registered_schemes", lambda: (both,))
    header = ",customer_id,channel"
    landing.put_lines("1,2024-05-01,5,C1,", "2,2024-05-03,5,C1,shop", more=header)
    landing.put("products", "p.csv", "product_id,category\nP1,\n")

    without = landing.inspect()

    assert without.schemes[0].enabled_by == ("products.category",)
    assert "both: not available; it takes a value in products.category" in without.to_text()
    assert without.to_dict()["schemes"][0]["is_available"] is False
    assert without.is_usable
    landing.put("products", "p.csv", "product_id,category\nP1,tea\n")
    landing.ingest()
    # What was loaded counts though its file is gone.
    (landing.home.landing / "transactions" / "a.csv").unlink()
    landing.put_lines("3,2024-05-09,5,C1,", name="b.csv", more=header)
    found: LandingInspection = landing.inspect()
    assert found.schemes[0].is_available


def test_gaps_and_recent_customers_are_counted_up_to_the_night(landing: Any) -> None:
    settings = Settings(run_until_data=True)
    with in_memory(settings, landing.home.root) as connection:
        create_raw_schema(connection)
        facts = FactsOfFiles(connection)
        connection.execute(
            "insert into order_days values ('a', '2022-01-01'), ('a', '2024-01-01'), "
            "('a', '2024-06-30'), ('a', '2024-06-30'), ('b', '2023-07-02'), ('c', '2023-07-01')"
        )
        found = facts.to_data_facts(settings)
    assert (found.as_of_date, found.first_day) == (NIGHT, date(2022, 1, 1))
    assert found.gaps == 2
    # The window of 365 days begins on 2 July 2023.
    assert found.recent_customers == 2
