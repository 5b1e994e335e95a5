"""The planted customers as SQL: who they are, when they come, move and go."""

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


def people_sql(spec: PlantedSpec, last_day: date) -> str:
    """Return one row per customer registered up to a day, with everything that is drawn once.

    Half of the customers were won in the two years before the first day, the others evenly since;
    ids rise with the day. Churn is drawn from the hazard of the segment in force, counted from the
    first day of orders; moves and churn may lie after `last_day`, for it must not matter when
    one looks. A move never falls into the randomised campaign: its effect is one factor. A few
    are the same person as the customer before, registered twice.
    """
    first, last = day_number(spec.first_day), day_number(spec.last_day)
    known = int(spec.customers * EXISTING_SHARE)
    later = spec.customers - known
    total = spec.customers + spec.customers_a_day * max(0, day_number(last_day) - last)
    campaign = day_number(spec.campaign_day)
    points = ", ".join(
        f"{by_segment('segment', [each.centre[i] for each in SEGMENTS])} "
        f"+ {NOISE[spec.overlap]} * {normal('key', measure)} as {measure}"
        for i, measure in enumerate(MEASURES)
    )
    points_after = ", ".join(
        f"{by_segment('segment_after', [each.centre[i] for each in SEGMENTS])} "
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
                    when range < {known}
                    then {first - DAYS_BEFORE} + range * {DAYS_BEFORE} // {known}
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
                {by_segment("segment", hazards)} as hazard,
                {by_segment("segment_after", hazards)} as hazard_after
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


def customer_id(number: str) -> str:
    """Return the id of a customer number, null for none."""
    return f"'C' || lpad(({number})::varchar, 7, '0')"


def day_of(number: str) -> str:
    """Return the date of a day number."""
    return f"(date '2000-01-01' + ({number})::integer)"


def by_segment(segment: str, values: list[float]) -> str:
    """Return the value of a segment number."""
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
