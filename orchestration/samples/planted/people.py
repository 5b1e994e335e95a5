"""The planted customers as SQL: who they are, when they come, move and go, and how they buy."""

from datetime import date
from math import log

from orchestration.samples.planted.draws import (
    below,
    constant,
    draw,
    normal,
    pick,
    share,
    uniform,
)
from orchestration.samples.planted.world import (
    CAMPAIGN_DAYS,
    CREDIT_CLASSES,
    DAYS_BEFORE,
    EXISTING_SHARE,
    MEASURES,
    MOVERS_SHARE,
    NEEDS,
    NEVER,
    NOISE,
    PSYCHOGRAPHICS,
    SEGMENTS,
    TWIN_SHARE,
    PlantedSpec,
    day_number,
)

STAY, STAY_AFTER_MOVE, UPLIFT, FIRST_ORDER = range(4)

# How a point becomes behaviour; each rises or falls with one coordinate only, so that the point
# can be read back. Intervals in days; powers bend a share in [0, 1); `jitter` in intervals.
_BEHAVIOUR = {
    "order_interval": "greatest(1, exp(3.75 - 0.55 * pace))",
    "basket_scale": "exp(0.83 + 0.45 * basket)",
    "price_power": "exp(-0.6 * price)",
    "deal_proneness": "1 / (1 + exp(1.4 - deals))",
    "breadth_power": "exp(0.6 - 0.5 * breadth)",
    "jitter": "2.9 / (1 + exp(regularity))",
    "engagement_interval": "greatest(1, exp(5 - 0.9 * engagement))",
}
BEHAVIOUR = tuple(_BEHAVIOUR)


def people_sql(spec: PlantedSpec, last_day: date) -> str:
    """Return one row per customer registered up to a day, with everything that is drawn once.

    Half of the customers were won in the two years before the first day, the others evenly since;
    ids rise with the day. Churn is drawn from the hazard of the segment in force, counted from the
    first day of orders; moves and churn may lie after `last_day`, for it must not matter when
    one looks. A *twin* is the same person as the customer before, registered twice. A move never falls into the randomised campaign: its effect is one factor.
    """
    first, last = day_number(spec.first_day), day_number(spec.last_day)
    known = int(spec.customers * EXISTING_SHARE)
    later = spec.customers - known
    total = spec.customers + spec.customers_a_day * max(0, day_number(last_day) - last)
    campaign = day_number(spec.campaign_day)
    points = ", ".join(
        f"{_by_segment('segment', [each.centre[i] for each in SEGMENTS])} "
        f"+ {NOISE[spec.overlap]} * {normal('key', measure)} as {measure}"
        for i, measure in enumerate(MEASURES)
    )
    points_after = ", ".join(
        f"{_by_segment('segment_after', [each.centre[i] for each in SEGMENTS])} "
        f"+ {NOISE[spec.overlap]} * {normal('key', measure + ' after')} as {measure}_after"
        for i, measure in enumerate(MEASURES)
    )
    hazards = [_hazard(each.yearly_churn) for each in SEGMENTS]
    return f"""
        with numbered as (
            select
                range::integer as customer_no,
                hash(xor({constant("planted", spec.seed)}, range::ubigint)) as key,
                (case
                    when range < {known} then {first - DAYS_BEFORE} + range * {DAYS_BEFORE} // {known}
                    when range < {spec.customers}
                    then {first} + (range - {known}) * {spec.days} // {later}
                    else {last + 1} + (range - {spec.customers}) // {spec.customers_a_day}
                end)::integer as acquired_day
            from range({total})
        ),
        registered as (
            select
                *,
                customer_no
                    - (customer_no % 2 = 1 and {uniform("key", "twin")} < {TWIN_SHARE})::integer
                    as profile_no
            from numbered
        ),
        fated as (
            select
                *,
                greatest(acquired_day, {first}) as start_day,
                {_segment("key", "segment")} as segment,
                1 + {below("key", "need", len(NEEDS))} as need,
                {uniform("key", "moves")} < {MOVERS_SHARE} as moves,
                1 + {below("key", "step", len(SEGMENTS) - 1)} as step,
                -ln(1 - {uniform("key", "churn")}) as fate
            from registered
        ),
        headed as (
            select
                *,
                1 + (segment - 1 + step) % {len(SEGMENTS)} as segment_after,
                case
                    when not moves then {NEVER}
                    when start_day + 60 + {below("key", "moved", 1000)}
                        between {campaign} and {campaign + CAMPAIGN_DAYS - 1}
                    then {campaign + CAMPAIGN_DAYS}
                    else start_day + 60 + {below("key", "moved", 1000)}
                end as planned_day
            from fated
        ),
        fatal as (
            select
                *,
                {_by_segment("segment", hazards)} as hazard,
                {_by_segment("segment_after", hazards)} as hazard_after
            from headed
        ),
        ended as (
            select
                *,
                1 + start_day + floor(least({NEVER}, case
                    when fate <= hazard * (planned_day - start_day) then fate / hazard
                    else planned_day - start_day
                        + (fate - hazard * (planned_day - start_day)) / hazard_after
                end))::integer as churn_day
            from fatal
        )
        select
            customer_no,
            {customer_id("customer_no")} as customer_id,
            key,
            profile_no,
            hash(xor({constant("planted", spec.seed)}, profile_no::ubigint)) as profile_key,
            acquired_day,
            start_day,
            segment,
            case when planned_day < churn_day then segment_after end as segment_after,
            case when planned_day < churn_day then planned_day end as moved_day,
            churn_day,
            need,
            {pick("key", "psychographic", PSYCHOGRAPHICS)} as psychographic,
            1 + {below("key", "risk", 5)} as risk_appetite,
            {_credit_class()} as credit_class,
            case
                when start_day < {campaign} and churn_day > {campaign}
                    and {uniform("key", "campaign")} < 0.4
                then {uniform("key", "arm")} < 0.5
            end as is_treated,
            {points},
            {points_after}
        from ended
        order by customer_no
    """


def stays_sql(spec: PlantedSpec) -> str:
    """Return one row per customer and span of days with one pace of orders, from `people`.

    Beside the stays in segments there are the extra orders of the campaign's treated, and the one
    order with which a new customer begins. `to_day` is exclusive.
    """
    campaign = day_number(spec.campaign_day)
    effects = [each.campaign_effect for each in SEGMENTS]
    now = ", ".join(f"round({sql}, 6) as {name}" for name, sql in _BEHAVIOUR.items())
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
            select *, {_by_segment("segment", effects)} as effect, {now} from points
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


def customer_id(number: str) -> str:
    """Return the id of a customer number, null for none."""
    return f"'C' || lpad(({number})::varchar, 7, '0')"


def day_of(number: str) -> str:
    """Return the date of a day number."""
    return f"(date '2000-01-01' + ({number})::integer)"


def _by_segment(segment: str, values: list[float]) -> str:
    return f"({values!r})[{segment}]"


def _hazard(yearly_churn: float) -> float:
    """Return the daily hazard at which a share of customers is lost in 365 days."""
    return -log(1 - yearly_churn) / 365


def _segment(key: str, stream: str) -> str:
    cases, edge = [], 0.0
    for number, each in enumerate(SEGMENTS[:-1], start=1):
        edge += each.share
        cases.append(f"when {share(draw(key, stream))} < {edge:.6f} then {number}")
    return f"(case {' '.join(cases)} else {len(SEGMENTS)} end)"


def _credit_class() -> str:
    sound, strained, defaulting = CREDIT_CLASSES
    return (
        f"case when {uniform('key', 'credit')} < 0.80 then '{sound}' "
        f"when {uniform('key', 'credit')} < 0.95 then '{strained}' else '{defaulting}' end"
    )
