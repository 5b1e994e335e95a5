"""Exports as shops get them: the columns of each, in its order, filled with a few known rows."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from orchestration.landing.mapping.presets import load_preset

SHOPIFY_FIRST = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Created at",
    "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Billing City",
    "Billing Zip", "Billing Country", "Billing Province", "Cancelled at", "Refunded Amount",
]  # fmt: skip


def columns_of(preset: str, first: Sequence[str] = ()) -> list[str]:
    """Return the documented columns of an export: those that are taken and those that are not."""
    mapping = load_preset(preset).mapping
    return list(dict.fromkeys([*first, *mapping.all_reads, *mapping.unused]))


def csv_text(columns: Sequence[str], rows: Sequence[dict[str, Any]], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def shopify_order(
    number: int, *items: tuple[str, int, str], subtotal: str, **order: str
) -> list[dict[str, Any]]:
    """Return an order's rows: what is true of the whole order stands in the first one alone."""
    email = order.pop("Email", f"c{number % 13}@example.com")
    head = {
        "Financial Status": "paid", "Accepts Marketing": "yes", "Currency": "EUR",
        "Subtotal": subtotal, "Shipping": "5.00", "Taxes": "0.00", "Refunded Amount": "0.00",
        "Total": f"{float(subtotal) + 5:.2f}", "Billing City": "Lyon", "Billing Zip": "'69001",
        "Billing Country": "FR", "Source": "web", **order,
    }  # fmt: skip
    rows = []
    for place, (sku, quantity, price) in enumerate(items):
        row = {
            "Name": f"#{number}", "Email": email, "Lineitem quantity": quantity,
            "Lineitem name": f"Thing {sku}", "Lineitem price": price, "Lineitem sku": sku,
            "Created at": f"2024-0{1 + number % 6}-{1 + number % 27:02d} 23:30:00 -0200",
            "Lineitem discount": "0.00",
        }  # fmt: skip
        rows.append(row if place else {**row, **head})
    return rows


def shopify_rows() -> list[dict[str, Any]]:
    """Return 40 orders, of which seven have something to look at."""
    special = [
        shopify_order(1001, ("A", 2, "19.90"), ("B", 1, "5.00"), subtotal="40.32"),
        shopify_order(
            1002, ("A", 1, "10.00"), ("B", 1, "10.00"), ("C", 1, "10.00"), subtotal="20.00"
        ),
        shopify_order(
            1003, ("A", 1, "30.00"), subtotal="30.00",
            **{"Financial Status": "refunded", "Refunded Amount": "35.00",
               "Cancelled at": "2024-07-03 10:00:00 +0200"},
        ),
        shopify_order(
            1004, ("A", 1, "20.00"), ("B", 1, "10.00"), subtotal="30.00",
            **{"Financial Status": "partially_refunded", "Refunded Amount": "7.00"},
        ),
        shopify_order(1005, ("A", 1, "9.00"), ("B", 1, "9.00"), subtotal="18.00", Currency="USD"),
        shopify_order(
            1006, ("A", 1, "9.00"), ("B", 1, "9.00"), subtotal="18.00",
            **{"Financial Status": "voided"},
        ),
        shopify_order(1007, ("A", 1, "9.00"), subtotal="9.00", Email=""),
    ]  # fmt: skip
    plain = [
        shopify_order(number, ("B", 1, "12.00"), subtotal="12.00") for number in range(1008, 1041)
    ]
    return [row for order in [*special, *plain] for row in order]


def shopify_export() -> str:
    """Return the export of the 40 orders: 46 rows."""
    return csv_text(columns_of("shopify", SHOPIFY_FIRST), shopify_rows())
