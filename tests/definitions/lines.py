"""Order lines as they are landed, for tests that ask nothing else of them."""

from datetime import date, datetime, time
from typing import Any


def line(order: str, customer: str, day: date, amount: float = 10.0) -> dict[str, Any]:
    """Return the one line of an order at noon; a return if the amount is below zero."""
    return {
        "order_id": order,
        "line_id": "1",
        "customer_id": customer,
        "ordered_at": datetime.combine(day, time(12)),
        "quantity": 1,
        "amount": amount,
        "transaction_type": "sale" if amount > 0 else "return",
    }
