"""Returns and counted orders, against the definition in exact fractions, as of every day."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

OrderKey = tuple[str | None, str]


@dataclass(frozen=True)
class Line:
    """An accepted order line."""

    row_number: int
    order_id: str
    line_id: str | None
    customer_id: str | None
    ordered_at: datetime
    product_id: str | None
    quantity: int | None
    amount: Fraction
    transaction_type: str
    original_order_id: str | None = None
    file_seq: int = 1

    @property
    def order(self) -> OrderKey:
        return (self.customer_id, self.order_id)

    @property
    def pieces(self) -> Fraction:
        return Fraction(abs(self.quantity or 0))

    @property
    def time_order(self) -> tuple[datetime, str, bool, str, int, int]:
        """In time; at one time by order, line (none is last) and place in the files."""
        return (
            self.ordered_at,
            self.order_id,
            self.line_id is None,
            self.line_id or "",
            self.file_seq,
            self.row_number,
        )


@dataclass(frozen=True)
class Taken:
    """What one return took from one sale line."""

    return_row: int
    sale_row: int
    pieces: Fraction
    amount: Fraction


def allocate(lines: Sequence[Line]) -> list[Taken]:
    """Let every return take from the sale lines, one after the other."""
    sales = sorted(
        (line for line in lines if line.transaction_type == "sale"),
        key=lambda line: line.time_order,
        reverse=True,
    )
    returns = sorted(
        (line for line in lines if line.transaction_type in ("return", "cancellation")),
        key=lambda line: line.time_order,
    )
    left = {sale.row_number: Fraction(1) for sale in sales}
    taken: list[Taken] = []
    for back in returns:
        unmet = Fraction(1)
        for sale in _open_to(back, sales):
            share = _share_given(back, sale, left[sale.row_number], unmet)
            if share == 0:
                continue
            unmet -= _share_of_return(back, sale, share)
            left[sale.row_number] -= share
            taken.append(
                Taken(back.row_number, sale.row_number, share * sale.pieces, share * sale.amount)
            )
    return taken


def counted_orders(lines: Sequence[Line], as_of: date) -> dict[OrderKey, date]:
    """Return the orders that count on a day, with their order day, from lines up to it alone."""
    known = [line for line in lines if line.ordered_at.date() <= as_of]
    amounts: dict[OrderKey, Fraction] = defaultdict(Fraction)
    pieces: dict[OrderKey, Fraction] = defaultdict(Fraction)
    days: dict[OrderKey, date] = {}
    by_row = {line.row_number: line for line in known}
    for line in known:
        if line.transaction_type == "sale":
            amounts[line.order] += line.amount
            pieces[line.order] += line.pieces
            day = line.ordered_at.date()
            days[line.order] = min(day, days.get(line.order, day))
    for part in allocate(known):
        order = by_row[part.sale_row].order
        amounts[order] -= part.amount
        pieces[order] -= part.pieces
    return {
        order: day
        for order, day in days.items()
        if amounts[order] > 0 or (amounts[order] == 0 and pieces[order] > 0)
    }


def _open_to(back: Line, sales: Sequence[Line]) -> list[Line]:
    """Return the sale lines that a return may take from, newest first."""
    before = [sale for sale in sales if sale.ordered_at <= back.ordered_at]
    named = [sale for sale in before if sale.order == (back.customer_id, back.original_order_id)]
    if named:
        pool = named
    elif back.customer_id is None:
        pool = []
    else:
        pool = [sale for sale in before if sale.customer_id == back.customer_id]
    return [sale for sale in pool if back.product_id in (None, sale.product_id)]


def _share_given(back: Line, sale: Line, left: Fraction, unmet: Fraction) -> Fraction:
    """Return the share of the whole sale line that goes with what is unmet of the return."""
    if back.pieces and sale.pieces:
        return min(left, unmet * back.pieces / sale.pieces)
    if sale.amount <= 0:
        return Fraction(0)
    return min(left, unmet * abs(back.amount) / sale.amount)


def _share_of_return(back: Line, sale: Line, share: Fraction) -> Fraction:
    """Return the share of the return that a share of the sale line satisfies."""
    if back.pieces and sale.pieces:
        return share * sale.pieces / back.pieces
    return share * sale.amount / abs(back.amount)


START = datetime.fromisoformat("2026-03-01T09:00")
DAYS = [START.date() + timedelta(days=day) for day in range(5)]
COUNTED_AS_OF = """
    select customer_id, order_date, sum(orders)
    from (
        select customer_id, day as order_date, orders_opened as orders
        from core.customer_days where day <= '{day}'
        union all
        select customer_id, order_date, -orders
        from core.customer_day_closures where closed_date <= '{day}'
    ) group by all having sum(orders) <> 0
"""
ORDERS_AS_OF = """
    select customer_id, order_id
    from (
        select customer_id, order_id, 1 as delta from core.orders
        where is_counted_on_order_date and order_date <= '{day}'
        union all
        select customer_id, order_id, orders_delta from core.order_revisions
        where revised_date <= '{day}'
    )
    group by all having sum(delta) = 1
"""


def random_line(rng: random.Random, row_number: int, customer_id: str | None) -> Line:
    """Draw a line from few values, so that lines, times and amounts often meet."""
    kind = rng.choice(["sale"] * 5 + ["return"] * 4 + ["cancellation", "fee", "adjustment"])
    is_return = kind in ("return", "cancellation")
    orders = 4 if customer_id else 40
    return Line(
        row_number=row_number,
        order_id=f"o{rng.randint(1, orders)}",
        line_id=rng.choice([None, f"l{row_number}"]),
        customer_id=customer_id,
        ordered_at=START + timedelta(days=rng.randint(0, 4), hours=rng.choice([0, 0, 3])),
        product_id=rng.choice(["a", "a", "b", None] if rng.random() < 0.5 else ["a", "b"]),
        quantity=rng.choice([None, 0, 1, 1, 2, 3, 5]) if rng.random() < 0.9 else -2,
        amount=Fraction(rng.choice([0, 1, 2, 5, 7, 10])) * (-1 if is_return else 1),
        transaction_type=kind,
        original_order_id=rng.choice([None, f"o{rng.randint(1, orders)}", "elsewhere"]),
    )


def as_row(line: Line) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in Line.__dataclass_fields__ if name != "file_seq"}
    return {**row, "amount": float(line.amount)}


def random_lines(seed: int) -> list[Line]:
    rng = random.Random(seed)  # noqa: S311
    customers = [f"c{number}" for number in range(250) for _ in range(rng.randint(4, 16))]
    return [
        random_line(rng, number, customer)
        for number, customer in enumerate(customers + [None] * 200, start=1)
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_random_returns_take_what_the_definition_says_as_of_every_day(warehouse, seed):
    lines = random_lines(seed)
    warehouse.land("transactions", [as_row(line) for line in lines])
    statuses = warehouse.run()
    assert set(statuses.values()) == {"success"}

    expected = {(part.return_row, part.sale_row): part for part in allocate(lines)}
    found = {
        (back, sale): (pieces, amount)
        for back, sale, pieces, amount in warehouse.rows(
            "select return_line_key % 10000000000, sale_line_key % 10000000000, "
            "pieces_taken, amount_taken from core.return_allocations"
        )
    }
    assert len(expected) > 500
    assert found.keys() == expected.keys()
    for key, part in expected.items():
        pieces, amount = found[key]
        assert abs(Fraction(amount) - part.amount) <= Fraction(2, 10_000), key
        assert abs(Fraction(pieces) - part.pieces) <= Fraction(2, 10_000), key

    for day in DAYS:
        counted = counted_orders(lines, day)
        of_customers = Counter(
            (customer, order_date) for (customer, _), order_date in counted.items() if customer
        )
        assert {
            (customer, order_date): orders
            for customer, order_date, orders in warehouse.rows(COUNTED_AS_OF.format(day=day))
        } == of_customers
        assert set(warehouse.rows(ORDERS_AS_OF.format(day=day))) == set(counted)

    known_now = Counter(counted_orders(lines, DAYS[-1]).values())
    assert (
        dict(warehouse.rows("select day, orders from core.daily_revenue where orders > 0"))
        == known_now
    )
    assert (
        dict(
            warehouse.rows(
                "select order_date, count(*) from core.orders "
                "where closed_date is null group by all"
            )
        )
        == known_now
    )
