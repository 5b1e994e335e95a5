"""The seller's own books against core: a month that is over and differs stops the night."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orchestration.ops_tables import write_night
from orchestration.settings import Settings
from orchestration.warehouse import connect

CHECK = "assert_control_totals_agree"
SALE = {"transaction_type": "sale", "quantity": 1}
LINES = [
    SALE | {"order_id": "1", "customer_id": "C1", "ordered_at": "2026-03-01", "amount": 10},
    SALE | {"order_id": "2", "ordered_at": "2026-03-31", "amount": 5.5},  # a guest
    SALE | {"order_id": "3", "customer_id": "C2", "ordered_at": "2026-03-05", "amount": 4},
    {"order_id": "4", "customer_id": "C2", "ordered_at": "2026-03-09", "amount": -4,
     "transaction_type": "return", "original_order_id": "3"},
    SALE | {"order_id": "5", "customer_id": "C1", "ordered_at": "2026-04-01", "amount": 7},
]  # fmt: skip
# 10 + 5.5 + 4 - 4; order 3 was sent back whole, so it is no counted one.
MARCH = {"month": "2026-03", "revenue": 15.5, "orders": 2}


def night(warehouse: Any, day: str, **landing: Any) -> None:
    settings = Settings.model_validate({"landing": landing})
    with connect(warehouse.home, settings) as connection:
        write_night(connection, date.fromisoformat(day), "run", settings)


def books(warehouse: Any, row: dict[str, Any]) -> str:
    with connect(warehouse.home, Settings()) as connection:
        connection.execute("delete from core.control_totals")
        connection.execute(
            "insert into core.control_totals (month, revenue, orders) values (?, ?, ?)",
            [row["month"], row["revenue"], row["orders"]],
        )
    return str(warehouse.build("control_comparison", CHECK)[CHECK])


@pytest.fixture
def warehouse(make_warehouse: Any) -> Any:
    built = make_warehouse()
    built.land("transactions", LINES)
    built.land("control_totals", [MARCH])
    night(built, "2026-04-10")
    assert built.build()[CHECK] == "pass"
    return built


def test_a_month_has_to_agree_once_it_is_over(warehouse: Any) -> None:
    assert warehouse.rows(
        "select control_revenue, revenue, tolerance, control_orders, orders, is_over "
        "from core.control_comparison"
    ) == [(Decimal("15.5"), Decimal("15.5"), Decimal("0.01"), 2, 2, True)]
    assert books(warehouse, MARCH | {"revenue": 15.51}) == "pass"  # within a hundredth
    assert books(warehouse, MARCH | {"revenue": 15.52}) == "fail"
    assert books(warehouse, MARCH | {"orders": 3}) == "fail"
    assert books(warehouse, MARCH | {"orders": None}) == "pass"
    assert books(warehouse, {"month": "2026-02", "revenue": 1, "orders": None}) == "fail"
    assert books(warehouse, {"month": "2026-04", "revenue": 1, "orders": 1}) == "pass"
    night(warehouse, "2026-03-30")
    assert books(warehouse, MARCH | {"revenue": 1}) == "pass"
    night(warehouse, "2026-03-31")
    assert books(warehouse, MARCH | {"revenue": 1}) == "fail"
    night(warehouse, "2026-03-31", control_tolerance=15)
    assert books(warehouse, MARCH | {"revenue": 1}) == "pass"
