"""Engagement events as SQL."""

from orchestration.samples.planted.catalogue import RANDOMISED
from orchestration.samples.planted.draws import constant, share, uniform
from orchestration.samples.planted.files import monthly_file
from orchestration.samples.planted.people import customer_id, day_of
from orchestration.samples.planted.stays import STAY_AFTER_MOVE
from orchestration.samples.planted.table import fate
from orchestration.samples.planted.world import DEPARTMENTS, PRODUCTS_PER_DEPARTMENT, PlantedSpec

# (event, channel, has an id), each as likely: half of the events have no id.
KINDS = (
    ("page_view", "web", True),
    ("session", "web", True),
    ("app_open", "app", True),
    ("search", "web", True),
    ("cart_add", "web", True),
    ("review", "web", True),
    ("support_contact", "phone", True),
    ("complaint", "phone", True),
    ("email_sent", "email", False),
    ("email_sent", "email", False),
    ("email_open", "email", False),
    ("email_open", "email", False),
    ("email_click", "email", False),
    ("social_interaction", "social", False),
    ("coupon_redemption", "app", False),
    ("ad_click", "social", False),
)
# Longer than any month: what is sent again without an id must be in another file.
AGAIN_DAYS = 40
SENT_AGAIN_SHARE = 0.005


def events_sql(_: PlantedSpec, first: int, last: int) -> str:
    """Return the events of some days, and those `AGAIN_DAYS` earlier that may be sent again."""
    windows = ((first, last), (first - AGAIN_DAYS, last - AGAIN_DAYS))
    return f"""
        with windows(first_day, last_day) as (values {", ".join(map(str, windows))}),
        spans as (
            select
                customer_no,
                kind,
                stay_key,
                phase,
                engagement_interval,
                greatest(from_day, first_day) as low,
                least(to_day - 1, last_day) as high,
                windows.first_day < {first} as is_past
            from stays, windows
            where from_day <= last_day and to_day > first_day and kind <= {STAY_AFTER_MOVE}
        ),
        counted as (
            select
                *,
                unnest(range(
                    floor(low / engagement_interval - phase - 2)::bigint,
                    floor((high + 1) / engagement_interval - phase)::bigint + 1
                )) + 1000 as k
            from spans
        ),
        drawn as (
            select *, hash(xor(stay_key, xor({constant("event")}, k::ubigint))) as bits
            from counted
        ),
        timed as (
            select
                *,
                floor(engagement_interval * (phase + k - 1000 + 2 * {share("bits")}))::integer
                    as day
            from drawn
        )
        select
            customer_no,
            day,
            is_past,
            bits,
            1 + ((bits >> 40) % {len(KINDS)})::integer as event_kind,
            {uniform("bits", "sent again")} < {SENT_AGAIN_SHARE} as is_sent_again,
            {day_of("day")}::timestamp
                + to_seconds(18000 + 16 * ((bits >> 24) % 3900)::integer + 4 * (k % 4) + kind)
                as occurred_at
        from timed
        where day between low and high and not (is_past and not is_sent_again)
        order by occurred_at, customer_no
    """


def engagement_events(spec: PlantedSpec, _first: int, _last: int) -> list[str]:
    """Return what arrives: a few events are sent again, with an id at once, without one later.

    What is sent again without an id counts in the later file: it is the latest of equals.
    """
    has_id = f"({[each[2] for each in KINDS]!r})[event_kind]"
    later = fate(displaced_file=monthly_file(spec, "day"), displaced_as="duplicates")
    return [
        f"select {_event()}, {fate()} from events where not is_past",
        f"select {_event()}, {fate('duplicates')} from events "
        f"where not is_past and is_sent_again and {has_id}",
        f"select {_event()}, {later} from events where is_past and not {has_id}",
        f"select {_event('null')}, {fate('rejected', reason='missing_customer_id')} from events "
        f"where not is_past and {uniform('bits', 'lost id')} < 0.002",
    ]


def _event(customer: str | None = None) -> str:
    names, channels, keyed = ([each[i] for each in KINDS] for i in range(3))
    product = f"(bits >> 30) % {len(DEPARTMENTS) * PRODUCTS_PER_DEPARTMENT}"
    name = f"({names!r})[event_kind]"
    columns = {
        "event_id": f"case when ({keyed!r})[event_kind] then 'E' || lpad(customer_no::varchar, 7, "
        "'0') || '-' || epoch(occurred_at)::bigint end",
        "customer_id": f"cast({customer or customer_id('customer_no')} as varchar)",
        "event_type": name,
        "occurred_at": "occurred_at",
        "channel": f"({channels!r})[event_kind]",
        "campaign_id": f"case when {name} in ('email_click', 'ad_click') and (bits >> 50) & 7 = 0 "
        f"then '{RANDOMISED}' end",
        "product_id": f"case when {name} in ('page_view', 'cart_add', 'review') "
        f"then 'P' || lpad(({product})::varchar, 4, '0') end",
        "topic": f"case when {name} in ('support_contact', 'complaint') "
        "then (['delivery', 'quality', 'invoice', 'account'])[1 + ((bits >> 52) & 3)::integer] end",
        "duration_seconds": f"case when {name} = 'session' then ((bits >> 44) & 1023)::integer end",
        "resolved_at": f"case when {name} = 'complaint' and (bits >> 56) & 3 > 0 "
        "then occurred_at + to_hours(((bits >> 58) + 1)::integer) end",
    }
    return ", ".join(f"{sql} as {column}" for column, sql in columns.items())
