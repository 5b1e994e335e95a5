"""How ids are stored: by the way that a model declares, with a contract and without one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.definitions.conftest import World

NOON = datetime.fromisoformat("2026-03-31T12:00")


def test_ids_are_stored_by_the_way_that_their_model_declares(
    new_world: Callable[..., World],
) -> None:
    """What is not declared is left to DuckDB, which would compress these ids as well."""
    world = new_world()
    lines = [
        {
            "order_id": f"order {n:06}",
            "line_id": "1",
            "customer_id": f"customer {n:06}",
            "ordered_at": NOON - timedelta(days=n % 90),
            "transaction_type": "sale",
            "amount": 1,
        }
        for n in range(5000)
    ]
    world.land("transactions", lines)
    world.run(
        NOON.date(), "path:models/staging path:models/core landed_age_bands bands night_customers"
    )

    found = {
        (table, column): set(
            world.query(
                f"select compression from pragma_storage_info('{table}') "
                f"where segment_type = 'VARCHAR' and column_name = '{column}'"
            )["compression"]
        )
        for table, column in [
            ("core.order_days", "order_id"),
            ("core.order_days", "customer_id"),
            ("features.night_customers", "customer_id"),
            ("core.transactions", "customer_id"),
        ]
    }
    assert "Uncompressed" not in found.pop(("core.transactions", "customer_id"))
    assert all(ways == {"Uncompressed"} for ways in found.values()), found
