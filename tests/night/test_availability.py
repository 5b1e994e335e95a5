"""What `strata check` foretells of the schemes is what the night then says."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import Installation, customers_csv, orders_csv

UNTIL_DATA = "time_zone: UTC\nrun_until_data: true\n"


def foretold_and_found(installation: Installation) -> dict[str, tuple[bool | None, bool]]:
    """Return, by scheme, what the check says beforehand and what the night says."""
    checked = installation.strata("check", "--json")
    assert checked.exit_code == 0, checked.output
    schemes = json.loads(checked.stdout)["schemes"]
    assert not installation.home.warehouse.exists()
    result = installation.strata("run")
    assert result.exit_code == 0, result.output
    found = dict(
        installation.published(
            "select scheme, bool_or(status = 'active') from marts.dim_segments group by scheme"
        )
    )
    assert set(found) == {each["scheme"] for each in schemes}
    return {each["scheme"]: (each["is_available"], found[each["scheme"]]) for each in schemes}


def wrong(told: dict[str, tuple[bool | None, bool]]) -> dict[str, tuple[bool | None, bool]]:
    """Return the schemes of which another thing came than was foretold; None foretells nothing."""
    left_open = {scheme for scheme, (before, _) in told.items() if before is None}
    assert left_open <= {"behaviour", "geographic", "needs", "psychographic"}
    return {
        scheme: (before, after)
        for scheme, (before, after) in told.items()
        if before is not None and before != after
    }


def test_of_a_minimal_file_of_few_lines(new_installation: Callable[[], Installation]) -> None:
    made = new_installation()
    made.home.settings_file.write_text(UNTIL_DATA)
    lines = [f"{n},C{n % 4},2024-03-{1 + n % 9:02d} 10:00:00,{5 + n}.00" for n in range(12)]
    made.land(
        "transactions", "few.csv", "\n".join(["order_id,customer_id,ordered_at,amount", *lines])
    )

    told = foretold_and_found(made)

    assert wrong(told) == {}
    assert told["rfm"] == (True, True)
    assert [told[each][0] for each in ("lifecycle", "behaviour", "churn_risk", "clv_tier")] == [
        False, False, False, False,
    ]  # fmt: skip


@pytest.mark.long
def test_of_transactions_alone_over_two_years(
    new_installation: Callable[[], Installation],
) -> None:
    made = new_installation()
    made.home.settings_file.write_text(UNTIL_DATA)
    made.land("transactions", "orders.csv", orders_csv())

    told = foretold_and_found(made)

    assert wrong(told) == {}
    assert told["lifecycle"] == told["churn_risk"] == told["clv_tier"] == (True, True)


@pytest.mark.long
def test_of_customers_and_products_too(new_installation: Callable[[], Installation]) -> None:
    made = new_installation()
    made.home.settings_file.write_text(UNTIL_DATA)
    made.land("customers", "customers.csv", customers_csv())
    made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
    made.land("transactions", "orders.csv", orders_csv())

    assert wrong(foretold_and_found(made)) == {}


@pytest.mark.long
@pytest.mark.parametrize(
    "sample",
    [("complete-journey",), ("planted", "--customers", "600", "--days", "400", "--seed", "3")],
    ids=["complete-journey", "planted"],
)
def test_of_the_samples(
    new_installation: Callable[[], Installation], sample: tuple[str, ...]
) -> None:
    made = new_installation()
    made.home.settings_file.unlink()
    landed = made.strata("sample", *sample)
    assert landed.exit_code == 0, landed.output

    assert wrong(foretold_and_found(made)) == {}
