"""The spans of days in which a planted customer has one pace of orders, as SQL."""

from orchestration.samples.planted.draws import constant, uniform
from orchestration.samples.planted.people import by_segment
from orchestration.samples.planted.world import (
    CAMPAIGN_DAYS,
    MEASURES,
    NEVER,
    SEGMENTS,
    PlantedSpec,
    day_number,
)

STAY, STAY_AFTER_MOVE, UPLIFT, FIRST_ORDER = range(4)

# How a point becomes behaviour; each rises or falls with one coordinate only, so that the point
# can be read back. Intervals in days; powers bend a share in [0, 1); `jitter` in intervals.
BEHAVIOUR = {
    "order_interval": "greatest(1, exp(3.75 - 0.55 * pace))",
    "basket_scale": "exp(0.83 + 0.45 * basket)",
    "price_power": "exp(-0.6 * price)",
    "deal_proneness": "1 / (1 + exp(1.4 - deals))",
    "breadth_power": "exp(0.6 - 0.5 * breadth)",
    "jitter": "2.9 / (1 + exp(regularity))",
    "engagement_interval": "greatest(1, exp(5 - 0.9 * engagement))",
}


def stays_sql(spec: PlantedSpec) -> str:
    """Return one row per customer and span of days with one pace of orders, from `people`.

    Beside the stays in segments there are the extra orders of the campaign's treated, and the one
    order with which a new customer begins. `to_day` is exclusive.
    """
    campaign = day_number(spec.campaign_day)
    effects = [each.campaign_effect for each in SEGMENTS]
    now = ", ".join(f"round({sql}, 6) as {name}" for name, sql in BEHAVIOUR.items())
    after = ", ".join(f"{each}_after as {each}" for each in MEASURES)
    once = {"order_interval": "1.0", "jitter": "0.0"}
    first_order = ", ".join(f"{once.get(name, name)} as {name}" for name in BEHAVIOUR)
    extra = {"order_interval": "order_interval / (effect - 1)"}
    uplift = ", ".join(f"{extra.get(name, name)} as {name}" for name in BEHAVIOUR)
    names = "customer_no, key, need, segment"
    return f"""
        with points as (
            select
                {names}, is_treated, {STAY} as kind, start_day as from_day,
                least(coalesce(moved_day, {NEVER}), churn_day) as to_day, {", ".join(MEASURES)}
            from people
            union all
            select
                customer_no, key, need, segment_after, is_treated, {STAY_AFTER_MOVE},
                moved_day, churn_day, {after}
            from people
            where moved_day is not null
        ),
        behaving as (
            select *, {by_segment("segment", effects)} as effect, {now} from points
        ),
        spans as (
            select {names}, kind, from_day, to_day, {", ".join(BEHAVIOUR)} from behaving
            union all
            select
                {names}, {UPLIFT}, greatest(from_day, {campaign}),
                least(to_day, {campaign + CAMPAIGN_DAYS}), {uplift}
            from behaving
            where
                is_treated and effect > 1
                and from_day < {campaign + CAMPAIGN_DAYS} and to_day > {campaign}
            union all
            select {names}, {FIRST_ORDER}, from_day, from_day + 1, {first_order}
            from behaving
            where kind = {STAY} and from_day > {day_number(spec.first_day)}
        )
        select
            *,
            hash(xor(key, {constant("stay")} >> kind::ubigint)) as stay_key,
            {uniform(f"xor(key, {constant('phase of stay')} >> kind::ubigint)", "phase")} as phase
        from spans
        order by customer_no, kind
    """
