"""Contracts, holdings and credit events, as SQL."""

from orchestration.samples.planted.draws import below, normal, uniform
from orchestration.samples.planted.files import single_file
from orchestration.samples.planted.people import day_of
from orchestration.samples.planted.table import fate
from orchestration.samples.planted.world import (
    CREDIT_CLASSES,
    FINANCE_PRODUCTS,
    PlantedSpec,
    day_number,
)

CONTRACT_SHARE = 0.3
HOLDER_SHARE = 0.03
BORROWER_SHARE = 0.05
LATE_PAYMENTS = 6
_STARTED = f"(start_day + {below('key', 'contract start', 200)})"
_PRODUCT = f"'F' || (1 + {below('key', 'contract product', len(FINANCE_PRODUCTS))})"


def contracts(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return contracts as they start, then again as they end: with the customer's last day."""
    return [
        f"select {_contract('active', ended=False)}, {fate()} from people "
        f"where {_STARTED} between {first} and {last} and {_has_contract()} order by customer_no",
        f"select {_contract('ended', ended=True)}, "
        f"{fate(displaced_file=single_file(spec, _STARTED), displaced_as='superseded')} "
        f"from people "
        f"where churn_day between {first} and {last} and {_has_contract()} order by customer_no",
    ]


def holdings(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return balances at month ends; the product is as risky as the customer likes.

    In the last 60 days before a customer leaves nine tenths are withdrawn.
    """
    product = "'F' || (1 + risk_appetite)"
    return [
        f"""
        with month_ends as (
            select range::integer as held_day
            from range({max(first, day_number(spec.first_day))}, {last + 1})
            where {day_of("range")} = last_day({day_of("range")})
        )
        select
            people.customer_id,
            {product} as product_id,
            {day_of("held_day")} as held_on,
            cast(floor(
                exp(8 + {normal("key", "wealth")})
                * exp(0.0003 * (held_day - start_day))
                * case when held_day >= churn_day - 60 then 0.1 else 1 end
            ) as decimal(12, 2)) as balance,
            risk_appetite as risk_level,
            {fate()}
        from people, month_ends
        where
            held_day >= start_day and held_day < churn_day
            and {uniform("key", "holds")} < {HOLDER_SHARE}
        order by held_day, customer_no
        """
    ]


def credit_events(_: PlantedSpec, first: int, last: int) -> list[str]:
    """Return what a credit bureau would tell, as text: sound borrowers pay, others do not.

    A few rows are dirty: an unreadable day of an event (rejected), `n/a` days past due (null).
    """
    strained, defaulting = CREDIT_CLASSES[1:]
    events = f"""
        with events as (
            select
                *,
                start_day + 60 + 90 * payment + {below("xor(key, payment::ubigint)", "day", 80)}
                    as day,
                xor(key, payment::ubigint) as event_key
            from people, (select range as payment from range({LATE_PAYMENTS}))
            where {uniform("key", "borrows")} < {BORROWER_SHARE}
        )
    """
    days_past_due = (
        f"case credit_class when '{defaulting}' then 20 + 20 * payment "
        f"when '{strained}' then 5 + {below('event_key', 'late', 40)} else 0 end"
    )
    columns = {
        "event_type": f"case when credit_class = '{defaulting}' and payment = {LATE_PAYMENTS - 1} "
        f"then 'default' when {days_past_due} > 0 then 'late_payment' else 'payment' end",
        "occurred_at": f"strftime({day_of('day')}::timestamp "
        f"+ to_seconds({below('event_key', 'second', 80_000)}), '%Y-%m-%dT%H:%M:%SZ')",
        "days_past_due": f"case when {uniform('event_key', 'not told')} < 0.05 then 'n/a' "
        f"else ({days_past_due})::varchar end",
        "amount": f"cast(50 + {below('event_key', 'amount', 900)} as varchar)",
    }
    within = f"where day between {first} and {last} and day < churn_day"
    order = "order by day, customer_no, payment"
    broken = {**columns, "occurred_at": "'unknown'"}
    rejected = fate("rejected", reason="bad_occurred_at")
    return [
        f"{events} select customer_id, {_listed(columns)}, {fate()} from events {within} {order}",
        f"{events} select customer_id, {_listed(broken)}, {rejected} from events {within} "
        f"and {uniform('event_key', 'broken')} < 0.02 {order}",
    ]


def _has_contract() -> str:
    return f"{uniform('key', 'contract')} < {CONTRACT_SHARE} and {_STARTED} < churn_day"


def _contract(status: str, *, ended: bool) -> str:
    columns = {
        "contract_id": "'K' || lpad(customer_no::varchar, 7, '0')",
        "customer_id": "customer_id",
        "product_id": _PRODUCT,
        "status": f"'{status}'",
        "started_on": day_of(_STARTED),
        "ended_on": day_of("churn_day") if ended else "null::date",
        "monthly_amount": f"cast(5 + {below('key', 'monthly', 45)} as decimal(12, 2))",
    }
    return _listed(columns)


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())
