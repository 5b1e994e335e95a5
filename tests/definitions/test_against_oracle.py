"""The published customer figures equal a second reckoning, written from the definitions alone."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

AS_OF = date(2026, 6, 30)
R, ALPHA = 1.3, 40.0
MIN_DAYS = (14, 28, 56)

# --------------------------------------------------------------------------- what landed


@dataclass
class Landed:
    """Random rows: buyers, returners, guests, refusers, people without orders, later rows."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)


def random_rows(seed: int, *, customers: int, known_cost_share: float) -> Landed:
    rng = np.random.default_rng(seed)
    landed = Landed()
    costs: dict[str, Fraction | None] = {}
    for number in range(40):
        product = f"p{number:02d}"
        cost = Fraction(int(rng.integers(50, 900)), 100)
        known = rng.random() < known_cost_share
        costs[product] = cost if known else None
        landed.products.append(
            {
                "product_id": product,
                "category": f"c{number % 5}",
                "department": f"d{number % 3}",
                "unit_cost": float(cost) if known else None,
            }
        )
    first = datetime.combine(date(2025, 1, 1), time())
    line_number = 0
    for number in range(customers):
        customer: str | None = f"k{number:03d}"
        row: dict[str, Any] = {"customer_id": customer}
        if rng.random() < 0.1:
            row["profiling_consent"] = False
        if rng.random() < 0.3:
            row["created_at"] = first + timedelta(days=int(rng.integers(0, 700)))
        landed.customers.append(row)
        if rng.random() < 0.03:
            customer = None
        rate = rng.gamma(1.2, 4.0)
        bought: list[tuple[str, str, int, Fraction, datetime]] = []
        for order in range(int(rng.poisson(rate))):
            order_id = f"o{number:03d}-{order:02d}"
            at = first + timedelta(minutes=int(rng.integers(0, 600 * 1440)))
            for product_number in rng.choice(40, size=int(rng.integers(1, 4)), replace=False):
                product = f"p{product_number:02d}"
                quantity = int(rng.integers(1, 4))
                price = Fraction(int(rng.integers(100, 2000)), 100)
                if rng.random() < 0.02:
                    price = Fraction(0)
                line_number += 1
                landed.lines.append(
                    {
                        "order_id": order_id,
                        "line_id": str(line_number),
                        "customer_id": customer,
                        "ordered_at": at,
                        "product_id": product,
                        "quantity": quantity,
                        "amount": float(price * quantity),
                        "discount_amount": float(Fraction(int(rng.integers(0, 300)), 100)),
                        "transaction_type": "sale",
                    }
                )
                bought.append((order_id, product, quantity, price, at))
        for order_id, product, quantity, price, at in bought:
            if customer is None or rng.random() > 0.2:
                continue
            back = int(rng.integers(1, quantity + 1))
            line_number += 1
            landed.lines.append(
                {
                    "order_id": f"r{line_number}",
                    "line_id": str(line_number),
                    "customer_id": customer,
                    "ordered_at": at + timedelta(minutes=int(rng.integers(1, 60 * 1440))),
                    "product_id": product,
                    "quantity": -back,
                    "amount": -float(price * back),
                    "transaction_type": "return" if rng.random() < 0.7 else "cancellation",
                    "original_order_id": order_id if rng.random() < 0.6 else None,
                }
            )
    return landed


# --------------------------------------------------------------------------- the definitions


def money(value: float) -> Fraction:
    return Fraction(round(value * 10_000), 10_000)


def counted_days(lines: list[dict[str, Any]]) -> dict[date, int]:
    """Return the counted orders of one customer by order day, from lines up to the night."""
    sales = sorted((x for x in lines if x["transaction_type"] == "sale"), key=_when)
    left = {
        id(sale): [Fraction(abs(sale["quantity"])), money(sale["amount"]), sale] for sale in sales
    }
    backs = [x for x in lines if x["transaction_type"] in ("return", "cancellation")]
    known_orders = {sale["order_id"] for sale in sales}
    for back in sorted(backs, key=_when):
        wanted = Fraction(abs(back["quantity"]))
        named = back.get("original_order_id")
        found = [
            entry
            for entry in left.values()
            if entry[2]["ordered_at"] <= back["ordered_at"]
            and entry[2]["product_id"] == back["product_id"]
            and (named not in known_orders or entry[2]["order_id"] == named)
        ]
        for entry in sorted(found, key=lambda item: _when(item[2]), reverse=True):
            taken = min(wanted, entry[0])
            if taken > 0:
                entry[1] -= money(entry[2]["amount"]) * taken / abs(entry[2]["quantity"])
                entry[0] -= taken
                wanted -= taken
    days: dict[date, int] = defaultdict(int)
    for order in known_orders:
        entries = [entry for entry in left.values() if entry[2]["order_id"] == order]
        amount = sum(entry[1] for entry in entries)
        pieces = sum(entry[0] for entry in entries)
        if amount > 0 or (amount == 0 and pieces > 0):
            days[min(entry[2]["ordered_at"] for entry in entries).date()] += 1
    return dict(days)


def _when(line: dict[str, Any]) -> tuple[datetime, str, str]:
    return line["ordered_at"], line["order_id"], line["line_id"]


def quantile(values: list[Fraction], share: Fraction) -> Fraction:
    """Interpolate linearly between the two values around a share of the way."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def edges_of(values: list[Fraction]) -> list[Fraction]:
    return [quantile(values, Fraction(k, 5)) for k in (1, 2, 3, 4)]


def default_segment(r: int, fm: int) -> str:
    rows = {
        5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
        4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
        3: ["about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"],
        2: ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
        1: ["lost", "lost", "at_risk", "at_risk", "cannot_lose"],
    }
    return f"rfm.{rows[r][fm - 1]}"


def limit(share: float, gaps: int, days: int, at_least: int) -> float:
    return max((ALPHA + days) * ((1 - share) ** (-1 / (R + gaps)) - 1), at_least)


def stage_of(days: list[date]) -> str:
    if not days:
        return "lifecycle.prospect"
    recency = (AS_OF - days[-1]).days
    gaps, total = len(days) - 1, (days[-1] - days[0]).days
    first, second, third = (
        limit(share, gaps, total, at_least)
        for share, at_least in zip((0.8, 0.95, 0.99), MIN_DAYS, strict=True)
    )
    if recency > third:
        return "lifecycle.churned"
    if recency > second:
        return "lifecycle.dormant"
    if recency > first:
        return "lifecycle.at_risk"
    if gaps == 0:
        return "lifecycle.new"
    for k in range(1, len(days)):
        silence = (days[k] - days[k - 1]).days
        usual = limit(0.95, k - 1, (days[k - 1] - days[0]).days, MIN_DAYS[1])
        if silence > usual and (AS_OF - days[k]).days <= first:
            return "lifecycle.reactivated"
    return "lifecycle.active"


def reckon(landed: Landed, window: int | None) -> pd.DataFrame:
    """Reckon every published figure of every customer of the night."""
    refused = {
        row["customer_id"] for row in landed.customers if row.get("profiling_consent") is False
    }
    known = {
        row["customer_id"]
        for row in landed.customers
        if "created_at" not in row or row["created_at"].date() <= AS_OF
    }
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in landed.lines:
        if line["customer_id"] is not None and line["ordered_at"].date() <= AS_OF:
            own[line["customer_id"]].append(line)
    costs = {row["product_id"]: row["unit_cost"] for row in landed.products}

    def is_in(day: date, days: int | None) -> bool:
        return day <= AS_OF and (days is None or day > AS_OF - timedelta(days=days))

    rows: dict[str, dict[str, Any]] = {}
    for customer in sorted((known | set(own)) - refused):
        lines = own[customer]
        days = counted_days(lines)
        ordered = sorted(days)
        near = [x for x in lines if is_in(x["ordered_at"].date(), window)]
        sales = [x for x in near if x["transaction_type"] == "sale"]
        year = [x for x in lines if is_in(x["ordered_at"].date(), 365)]
        sold = sum(money(x["amount"]) for x in sales)
        returned = -sum(money(x["amount"]) for x in near if x["transaction_type"] != "sale")
        discount = sum(money(x["discount_amount"]) for x in sales)
        rows[customer] = {
            "recency_days": (AS_OF - ordered[-1]).days if ordered else None,
            "tenure_days": (AS_OF - ordered[0]).days if ordered else None,
            "frequency": sum(number for day, number in days.items() if is_in(day, window)),
            "monetary": sum((money(x["amount"]) for x in near), Fraction(0)),
            "spend_365d": sum((money(x["amount"]) for x in year), Fraction(0)),
            "discount_share": discount / (sold + discount) if sold + discount else None,
            "return_share": min(returned / sold, Fraction(1)) if sold else None,
            "has_sale": any(x["transaction_type"] == "sale" for x in year),
            "known": [x for x in year if costs[x["product_id"]] is not None],
            "year": year,
            "lifecycle_segment": stage_of(ordered),
        }
    _score(rows)
    _value(rows, costs)
    return pd.DataFrame.from_dict(rows, orient="index")


def _score(rows: dict[str, dict[str, Any]]) -> None:
    scored = [row for row in rows.values() if row["frequency"] > 0]
    names = ("recency_days", "frequency", "monetary")
    edges = {name: edges_of([Fraction(row[name]) for row in scored]) for name in names}
    if len(set(edges["frequency"])) < 4:
        edges["frequency"] = [Fraction(cut) for cut in (1, 2, 4, 9)]
    for row in rows.values():
        row["average_order_value"] = row["rfm_code"] = None
        if row["frequency"] > 0:
            r, f, m = (1 + sum(row[name] > edge for edge in edges[name]) for name in names)
            r = 6 - r
            row["rfm_code"] = f"{r}{f}{m}"
            row["average_order_value"] = row["monetary"] / row["frequency"]
            row["rfm_segment"] = default_segment(r, math.floor((f + m) / 2 + 0.5))
        else:
            row["rfm_segment"] = "rfm.prospect" if row["recency_days"] is None else "rfm.lost"


def _value(rows: dict[str, dict[str, Any]], costs: dict[str, float | None]) -> None:
    def amount(lines: list[dict[str, Any]]) -> Fraction:
        return sum((money(x["amount"]) for x in lines), Fraction(0))

    def cost(lines: list[dict[str, Any]]) -> Fraction:
        return sum((money(costs[x["product_id"]] or 0) * x["quantity"] for x in lines), Fraction(0))

    def sales(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [x for x in lines if x["transaction_type"] == "sale"]

    all_year = [x for row in rows.values() for x in row["year"]]
    all_known = [x for row in rows.values() for x in row["known"]]
    is_margin = amount(sales(all_known)) >= Fraction(95, 100) * amount(sales(all_year))
    rate = (amount(all_known) - cost(all_known)) / amount(all_known)
    for row in rows.values():
        unknown = amount(row["year"]) - amount(row["known"])
        margin = amount(row["known"]) - cost(row["known"]) + unknown * rate
        row["value_basis"] = "margin" if is_margin else "revenue"
        row["margin_365d"] = margin if is_margin else None
        row["value"] = margin if is_margin else row["spend_365d"]
    valued = [row["value"] for row in rows.values() if row["value"] > 0]
    for row in rows.values():
        if row["value"] > 0:
            share = Fraction(sum(other > row["value"] for other in valued), len(valued))
            tier = "high" if share < Fraction(1, 5) else "medium" if share < 0.5 else "low"
        else:
            tier = "unprofitable" if row["has_sale"] else "none"
        row["value_tier_segment"] = f"value_tier.{tier}"


# --------------------------------------------------------------------------- the comparison

CASES = {
    "a year, costs known": (365, 1.0, 11),
    "all history, costs unknown": (None, 0.5, 12),
    "ninety days, some costs unknown": (90, 0.96, 13),
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def both(
    request: pytest.FixtureRequest, new_world: Callable[..., Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build one case and return what dbt published and what the definitions say."""
    window, known_cost_share, seed = CASES[request.param]
    landed = random_rows(seed, customers=300, known_cost_share=known_cost_share)
    world = new_world(rfm={"window_days": window})
    world.land("customers", landed.customers)
    world.land("products", landed.products)
    world.land("transactions", landed.lines)
    world.fit(AS_OF, R, ALPHA)
    world.run(AS_OF, "+customer_360")
    published = world.query("select * from marts.customer_360").set_index("customer_id")
    return published.sort_index(), reckon(landed, window).sort_index()


def test_the_same_customers_are_published(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    published, expected = both
    assert list(published.index) == list(expected.index)


@pytest.mark.parametrize(
    "column",
    [
        "recency_days",
        "tenure_days",
        "frequency",
        "rfm_code",
        "value_basis",
        "rfm_segment",
        "value_tier_segment",
        "lifecycle_segment",
    ],
)
def test_codes_and_counts_are_equal(both: tuple[pd.DataFrame, pd.DataFrame], column: str) -> None:
    published, expected = both
    differing = [
        (customer, ours, theirs)
        for customer, ours, theirs in zip(
            expected.index, published[column], expected[column], strict=True
        )
        if not (pd.isna(ours) and pd.isna(theirs)) and ours != theirs
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("column", "tolerance"),
    [
        ("monetary", 0.005),
        ("spend_365d", 0.005),
        ("average_order_value", 0.0051),
        ("margin_365d", 0.0051),
        ("discount_share", 1e-9),
        ("return_share", 1e-9),
    ],
)
def test_amounts_and_shares_are_equal(
    both: tuple[pd.DataFrame, pd.DataFrame], column: str, tolerance: float
) -> None:
    published, expected = both
    ours = published[column].astype(float)
    theirs = expected[column].map(float, na_action="ignore").astype(float)
    assert list(ours.isna()) == list(theirs.isna())
    assert float((ours - theirs).abs().max() if ours.notna().any() else 0.0) <= tolerance


def test_the_cases_hold_every_segment_but_the_rarest(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    _, expected = both
    assert expected["rfm_segment"].nunique() >= 10
    assert expected["lifecycle_segment"].nunique() == 7
    assert {"value_tier.high", "value_tier.medium", "value_tier.low", "value_tier.none"} <= set(
        expected["value_tier_segment"]
    )
