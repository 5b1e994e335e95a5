"""The rows of `transactions` that arrive within some days, dirt included, as SQL."""

from orchestration.samples.planted.draws import constant, share
from orchestration.samples.planted.files import monthly_file
from orchestration.samples.planted.orders import (
    CHANNELS,
    CORRECTED,
    DIRTY,
    LATE,
    REPEATED,
    RETURNED,
)
from orchestration.samples.planted.people import customer_id
from orchestration.samples.planted.world import (
    DEPARTMENTS,
    PRODUCTS_PER_DEPARTMENT,
    PlantedSpec,
    day_number,
)

CURRENCY = "EUR"
REASONS = (
    "missing_order_id",
    "missing_ordered_at",
    "missing_amount",
    "bad_ordered_at",
    "other_currency",
)
# Some systems mean "not yet" by this; no calendar of the contract holds it.
NO_DATE = "timestamp '9999-12-31'"


def lines_sql(_: PlantedSpec, first: int, last: int) -> str:
    """Return the true lines of all orders, from `orders`, that send a row within some days."""
    departments, products = len(DEPARTMENTS), PRODUCTS_PER_DEPARTMENT
    department = (
        f"(3 * need + floor({departments} * pow({share('bits', width=20)}, breadth_power))"
        f"::integer) % {departments}"
    )
    place = f"floor({products} * pow({share('bits', shift=20, width=20)}, price_power))::integer"
    return f"""
        with expanded as (
            select *, unnest(range(1, lines + 1))::integer as line_id
            from orders
            where
                (fate <> {LATE} and day between {first} and {last})
                or (
                    fate in ({LATE}, {CORRECTED}, {REPEATED}, {RETURNED})
                    and day + lag between {first} and {last}
                )
        ),
        drawn as (
            select *, hash(xor(order_key, line_id::ubigint * 2654435761)) as bits from expanded
        ),
        chosen as (
            select
                * exclude (bits, order_key),
                {department} * {products} + {place} as product_no,
                ([1, 1, 1, 1, 1, 1, 2, 2, 3, 4])[1 + (((bits >> 40) & 255) * 10 >> 8)::integer]
                    as quantity,
                case
                    when {share("bits", shift=48, width=12)} < deal_proneness
                    then ([10, 15, 20, 30])[1 + (bits >> 62)::integer]
                    when (bits >> 48) & 4095 = 4095 then 100
                    else 0
                end as percent_off,
                hash(xor(bits, {constant("line")})) as bits
            from drawn
        )
        select
            chosen.* exclude (
                need, price_power, deal_proneness, breadth_power, marked_line, lines, percent_off
            ),
            lpad(order_number::varchar, 10, '0') as order_id,
            catalogue.product_id,
            catalogue.cents * quantity - (catalogue.cents * quantity * percent_off) // 100
                as amount_cents,
            (catalogue.cents * quantity * percent_off) // 100 as discount_cents,
            case when channel_no = 0 then catalogue.unit_cost_cents * quantity end as cost_cents,
            chosen.line_id = chosen.marked_line as is_marked
        from chosen
        inner join catalogue on chosen.product_no = catalogue.product_no
    """


def transactions(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return queries, in the file's order, of the rows that arrive within some days, from `lines`.

    - On time: every order that is not late. One line of a *corrected* order is wrong at first: in
      its amount, or in customer and day.
    - Later: late orders, the corrections, repeated rows (one line, or the order), returns.
    - Dirty: a copy of a line that lacks something; it has the line's key, and must change nothing.
    - Shipping fees of orders in the web, and a few adjustments.
    """
    due = f"day + lag between {first} and {last}"
    moves = f"bits & 1 = 1 and customer_id is not null and day > {day_number(spec.first_day)}"
    is_wrong = f"fate = {CORRECTED} and is_marked"
    wrong_customer = customer_id("case when customer_no > 0 then customer_no - 1 else 1 end")
    wrong = {
        "customer_id": f"case when {is_wrong} and {moves} then {wrong_customer} "
        "else customer_id end",
        "ordered_at": f"case when {is_wrong} and {moves} then ordered_at - interval 1 day "
        "else ordered_at end",
        "amount": _money(
            f"case when {is_wrong} and not ({moves}) then amount_cents + 100 else amount_cents end"
        ),
    }
    displaced = {
        "displaced_file": monthly_file(spec, "day"),
        "displaced_as": "'superseded'",
        "displaced_month": f"strftime(case when {moves} then ordered_at - interval 1 day "
        "else ordered_at end, '%Y-%m')",
        "displaced_amount": _money(f"amount_cents + case when {moves} then 0 else 100 end"),
    }
    returned_pieces = "case when not lag % 3 = 0 and bits & 2 = 2 then 1 else quantity end"
    back = {
        "order_id": "'R' || order_id",
        "ordered_at": "ordered_at + to_days(lag) + interval 10 minute",
        "quantity": f"-({returned_pieces})",
        "amount": _money(f"-(amount_cents * ({returned_pieces}) // quantity)"),
        "discount_amount": "null",
        "coupon_amount": "null",
        "cost_amount": "null",
        "transaction_type": "case when lag = 0 then 'cancellation' else 'return' end",
        "original_order_id": "case when customer_id is null or (bits >> 8) & 15 > 3 then order_id "
        "when (bits >> 8) & 15 = 3 then 'lost receipt' end",
    }
    reason = f"({list(REASONS)!r})[1 + ((bits >> 13) % {len(REASONS)})::integer]"
    dirty = {
        "order_id": f"case when {reason} <> 'missing_order_id' then order_id end",
        "ordered_at": f"case {reason} when 'missing_ordered_at' then null "
        f"when 'bad_ordered_at' then {NO_DATE} else ordered_at end",
        "amount": _money(f"case when {reason} <> 'missing_amount' then amount_cents end"),
        "currency": f"case when {reason} = 'other_currency' then 'USD' else '{CURRENCY}' end",
        "outcome": "'rejected'",
        "reason": reason,
    }
    beside = {
        "product_id": "null",
        "quantity": "1",
        "discount_amount": "null",
        "coupon_amount": "null",
        "cost_amount": "null",
    }
    fee = {**beside, "line_id": "90", "amount": "4.90", "transaction_type": "'fee'"}
    goodwill = {
        **beside,
        "line_id": "95",
        "amount": "-2",
        "transaction_type": "'adjustment'",
    }
    again = {"outcome": "'duplicates'"}
    on_time = f"fate <> {LATE} and day between {first} and {last}"
    ordered = "order by order_number, line_id"
    return [
        f"{_rows(wrong)} where {on_time}",
        f"{_rows(fee)} where {on_time} and line_id = 1 and channel_no > 0 and bits & 15 = 0",
        f"{_rows(goodwill)} where {on_time} and line_id = 1 and bits & 511 = 1",
        f"{_rows({})} where fate = {LATE} and {due} {ordered}",
        f"{_rows(displaced)} where {is_wrong} and {due} {ordered}",
        f"{_rows(again)} where fate = {REPEATED} and {due} "
        f"and (lag % 2 = 0 or is_marked) {ordered}",
        f"{_rows(back)} where fate = {RETURNED} and {due} and (lag % 3 = 0 or is_marked) {ordered}",
        f"{_rows(dirty)} where fate = {DIRTY} and is_marked and day between {first} and {last}",
    ]


def _rows(changed: dict[str, str]) -> str:
    """Return the select of landed columns and what the truth says of them, some of them changed."""
    money = "decimal(12, 2)"
    cells = {
        "order_id": ("order_id", "varchar"),
        "line_id": ("line_id", "integer"),
        "customer_id": ("customer_id", "varchar"),
        "ordered_at": ("ordered_at", "timestamp"),
        "product_id": ("product_id", "varchar"),
        "quantity": ("quantity", "integer"),
        "amount": (_money("amount_cents"), money),
        "discount_amount": (_money("discount_cents"), money),
        "coupon_amount": (_money("case when bits & 31 = 5 then 50 else 0 end"), money),
        "cost_amount": (_money("cost_cents"), money),
        "currency": (f"'{CURRENCY}'", "varchar"),
        "channel": (f"({list(CHANNELS)!r})[1 + channel_no]", "varchar"),
        "store_id": (
            "case when channel_no = 0 then 'S' || lpad(store_no::varchar, 2, '0') end",
            "varchar",
        ),
        "transaction_type": ("null", "varchar"),
        "original_order_id": ("null", "varchar"),
        "outcome": ("'accepted'", "varchar"),
        "reason": ("null", "varchar"),
        "displaced_file": ("null", "varchar"),
        "displaced_as": ("null", "varchar"),
        "displaced_month": ("null", "varchar"),
        "displaced_amount": ("null", money),
    }
    unknown = changed.keys() - cells.keys()
    assert not unknown, unknown
    selected = ", ".join(
        f"cast({changed.get(name, sql)} as {kind}) as {name}" for name, (sql, kind) in cells.items()
    )
    return f"select {selected} from lines"


def _money(cents: str) -> str:
    return f"cast({cents} as decimal(12, 0)) * 0.01"
