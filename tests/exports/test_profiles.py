"""The profiles: whom they name, what they say, and what never stands in them."""

from datetime import date

import duckdb
import pytest

from orchestration.exports.profiles import ACTIONS, LIMITS, source_of
from orchestration.exports.scores import CONSENTS, SCORES
from orchestration.settings import Settings
from tests.exports.conftest import FIRST, OWN, SECOND, Customer, Shop, settings

FIXED = ["customer_id", "as_of_date", *CONSENTS, *SCORES, "next_action_from", *ACTIONS, *LIMITS]


def scheme_columns(*schemes: str) -> list[str]:
    endings = ("", "_name", "_previous", "_since")
    return [f"{scheme}_segment{ending}" for scheme in schemes for ending in endings]


def test_a_profile_says_segment_since_when_before_and_what_to_do(shop: Shop) -> None:
    customer = Customer()
    shop.publish(FIRST, {"C1": customer})

    export = shop.export(SECOND, {"C1": customer.moved(rfm="at_risk").told(monetary=10)})

    [row] = shop.rows(export)
    assert list(row) == FIXED + scheme_columns("rfm", "churn_risk")
    assert row["as_of_date"] == SECOND
    assert [row[column] for column in scheme_columns("rfm")] == [
        "rfm.at_risk", "At Risk", "rfm.loyal", SECOND,
    ]  # fmt: skip
    assert [row[column] for column in scheme_columns("churn_risk")] == [
        "churn_risk.low", "Low", None, FIRST,
    ]  # fmt: skip
    assert row["next_action_from"] == "rfm.at_risk"
    assert row["next_action"] == "recommended_action of at_risk"
    assert row["next_offer"] == "offer of at_risk"
    assert (row["contact_limit_count"], row["contact_limit_days"]) == (2, 30)


def test_the_next_action_is_that_of_the_first_scheme_that_has_a_segment(shop: Shop) -> None:
    customers = {
        "C1": Customer({"rfm": "loyal", "churn_risk": "high"}),
        "C2": Customer({"rfm": "loyal"}),
    }

    export = shop.export(FIRST, customers, settings(action_from=("churn_risk", "rfm")))

    assert [row["next_action_from"] for row in shop.rows(export)] == [
        "churn_risk.high", "rfm.loyal",
    ]  # fmt: skip


def test_every_column_comes_from_one_that_is_published(shop: Shop) -> None:
    customer = Customer({"rfm": "loyal", "vip_care": "big_spenders"})
    export = shop.export(FIRST, {"C1": customer}, Settings.model_validate({"own_rules": [OWN]}))
    [row] = shop.rows(export)

    with duckdb.connect(str(shop.home.serving / "strata.duckdb"), read_only=True) as connection:
        published = connection.execute(
            "select table_name || '.' || column_name from duckdb_columns() "
            "where schema_name = 'marts'"
        ).fetchall()

    assert "vip_care_segment_since" in row
    assert {source_of(column) for column in row} <= {name for (name,) in published}
    assert source_of("vip_care_segment") == "fct_customer_segments.segment_id"
    assert source_of("rfm_segment") == "customer_360.rfm_segment"


@pytest.mark.parametrize(
    ("consent", "named"),
    [
        ("marketing", ["yes"]),
        ("any_channel", ["email", "yes"]),
        ("not_refused", ["email", "unknown", "yes"]),
        ("profiling", ["email", "no", "unknown", "yes"]),
    ],
)
def test_only_who_consented_is_named_and_unknown_is_no_yes(
    shop: Shop, consent: str, named: list[str]
) -> None:
    customers = {
        "yes": Customer(),
        "no": Customer(marketing=False, email=True),
        "unknown": Customer(marketing=None),
        "email": Customer(marketing=None, email=True),
    }

    export = shop.export(FIRST, customers, settings(consent=consent))

    assert shop.ids(export) == named
    assert export.people.without_consent == 4 - len(named)


def test_nobody_is_named_by_default_where_no_consent_has_landed(shop: Shop) -> None:
    export = shop.export(FIRST, {"C1": Customer(marketing=None)})

    assert export.profiles == 0
    assert not export.people.any_consent_known


def test_an_id_that_is_an_address_stays_here_and_is_counted(shop: Shop) -> None:
    export = shop.export(FIRST, {"C1": Customer(), "ann@example.com": Customer()})

    assert shop.ids(export) == ["C1"]
    assert export.people.with_address_as_id == 1
    folder = export.folder(shop.home)
    assert not [path for path in folder.iterdir() if b"ann@example.com" in path.read_bytes()]


def test_a_scheme_that_is_not_for_marketing_goes_out_for_a_stated_purpose_only(shop: Shop) -> None:
    customers = {"C1": Customer({"rfm": "loyal", "credit_risk": "default"})}

    without = shop.export(FIRST, customers)
    purpose = "Suitability checks by staff"
    stated = shop.export(SECOND, customers, settings(purposes={"credit_risk": purpose}))

    assert "credit_risk" not in without.schemes
    assert b"credit_risk" not in (without.folder(shop.home) / "profiles.csv").read_bytes()
    [row] = shop.rows(stated)
    assert row["credit_risk_segment"] == "credit_risk.default"
    assert stated.purposes == {"credit_risk": purpose}


def test_a_scheme_of_ones_own_has_its_columns_though_customer_360_has_none(shop: Shop) -> None:
    customers = {
        "C1": Customer({"rfm": "loyal", "vip_care": "big_spenders"}),
        "C2": Customer({"rfm": "loyal"}),
    }

    export = shop.export(FIRST, customers, Settings.model_validate({"own_rules": [OWN]}))

    assert [row["vip_care_segment"] for row in shop.rows(export)] == [
        "vip_care.big_spenders", None,
    ]  # fmt: skip
    assert shop.rows(export)[0]["vip_care_segment_since"] == FIRST


def test_a_scheme_of_ones_own_that_looks_at_traits_is_held_to_their_uses(shop: Shop) -> None:
    own = {**OWN, "segments": [{"name": "Big spenders", "when": "gender = 'f'"}]}
    customers = {"C1": Customer({"rfm": "loyal", "vip_care": "big_spenders"})}

    export = shop.export(FIRST, customers, Settings.model_validate({"own_rules": [own]}))

    assert export.schemes == ("rfm", "churn_risk")


def test_predictions_are_rounded_so_that_a_profile_changes_when_it_says_something(
    shop: Shop,
) -> None:
    figures = {
        "churn_probability": 0.12345,
        "p_alive": 0.98765,
        "expected_orders_90d": 3.14159,
        "expected_spend_365d": 812.34,
        "last_order_date": date(2026, 2, 1),
    }

    export = shop.export(FIRST, {"C1": Customer(figures=figures)})

    [row] = shop.rows(export)
    assert row["churn_probability"] == 0.12
    assert row["p_alive"] == 0.99
    assert row["expected_orders_90d"] == 3.1
    assert row["expected_spend_365d"] == 812
    assert row["last_order_date"] == date(2026, 2, 1)


def test_names_and_actions_are_in_the_accounts_language(shop: Shop) -> None:
    export = shop.export(FIRST, {"C1": Customer()}, Settings(language="zh"))

    [row] = shop.rows(export)
    assert row["rfm_segment_name"] == "分层loyal"
    assert row["next_action"] == "recommended_action中文"


def test_csv_and_parquet_hold_the_same_rows(shop: Shop) -> None:
    customers = {f"{number:03d}": Customer() for number in range(20)}

    export = shop.export(FIRST, customers)

    folder = export.folder(shop.home)
    columns = "customer_id, cast(as_of_date as varchar) as as_of_date, rfm_segment_name"
    [(differing,)] = duckdb.execute(
        f"select count(*) from (select {columns} from read_parquet('{folder}/profiles.parquet') "
        f"except select {columns} from read_csv('{folder}/profiles.csv', all_varchar = true))"
    ).fetchall()
    assert differing == 0
    assert [file.rows for file in export.files] == [20, 20, 20, 20]
