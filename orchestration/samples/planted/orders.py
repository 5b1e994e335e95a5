"""The orders of any days as SQL, each with what will happen to it."""

from orchestration.samples.planted.draws import constant, share
from orchestration.samples.planted.people import customer_id, day_of
from orchestration.samples.planted.world import STORES, PlantedSpec, day_number

MAX_LAG = 30
# The late orders of one day in so many are very late: a look back of three months loses them.
VERY_LATE_EVERY = 14
VERY_LATE_LAG = 120
MAX_LINES = 40
GUEST_SHARE = 0.03
CHANNELS = ("store", "web", "app")

# What happens to an order. They exclude each other, so that their sum can be told exactly.
LATE, CORRECTED, REPEATED, DIRTY, RETURNED, PLAIN = range(6)
FATES = {LATE: 0.010, CORRECTED: 0.010, REPEATED: 0.015, DIRTY: 0.010, RETURNED: 0.100}


def expected_lines_sql(first: int, last: int) -> str:
    """Return the expected number of sale lines ordered within some days, from `stays`."""
    return f"""
        select sum(
            greatest(0, least(to_day, {last} + 1) - greatest(from_day, {first}))
            / order_interval / (1 - exp(-1 / basket_scale))
        )
        from stays
    """


def orders_sql(spec: PlantedSpec, first: int, last: int) -> str:
    """Return the orders of some days (day numbers) and all older ones that may send rows in them.

    A stay orders at `interval * (phase + k + jitter * u_k)` for every whole k: at the rate of one
    order an interval, with gaps that vary with the jitter, and the orders of any days can be had
    without those before. Numbers count the orders of a day by time of day; a customer's orders
    never fall on one second.

    Columns that matter to others: `lag`, the days after which the late order, the correction, the
    repetition or the return arrives (0 for a cancellation), and `marked_line`, which it is about.
    """
    windows = [(first - MAX_LAG, last)]
    windows += [
        (day, day)
        for day in range(first - VERY_LATE_LAG, last - VERY_LATE_LAG + 1)
        if day % VERY_LATE_EVERY == 0
    ]
    fates, edge = [], 0.0
    for fate, part in FATES.items():
        edge += part
        fates.append(f"when {share('bits', width=20)} < {edge:.6f} then {fate}")
    return f"""
        with windows(first_day, last_day) as (values {", ".join(map(str, windows))}),
        spans as (
            select
                stays.*,
                greatest(stays.from_day, windows.first_day) as low,
                least(stays.to_day - 1, windows.last_day) as high
            from stays, windows
            where stays.from_day <= windows.last_day and stays.to_day > windows.first_day
        ),
        counted as (
            select
                *,
                unnest(range(
                    floor(low / order_interval - phase - jitter)::bigint,
                    floor((high + 1) / order_interval - phase)::bigint + 1
                )) + 1000 as k
            from spans
        ),
        drawn as (
            select *, hash(xor(stay_key, k::ubigint)) as order_key from counted
        ),
        timed as (
            select
                *,
                floor(order_interval * (phase + k - 1000 + jitter * {share("order_key")}))::integer
                    as day
            from drawn
        ),
        fated as (
            select
                * exclude (low, high),
                hash(xor(order_key, {constant("order")})) as bits,
                18000 + 16 * ((order_key >> 24) % 3900)::integer + 4 * (k % 4)::integer + kind
                    as second
            from timed
            where day between low and high
        ),
        judged as (
            select
                *,
                case {" ".join(fates)} else {PLAIN} end as fate,
                (1 + ((bits >> 20) & 1023) % {MAX_LAG})::integer as days_late,
                (((bits >> 30) & 1023)::double / 1024) < {GUEST_SHARE} as is_guest,
                least({MAX_LINES}, 1 + floor(-ln(1 - {share("bits", shift=40)}) * basket_scale))
                    ::integer as lines,
                ([0, 0, 0, 0, 0, 1, 1, 1, 2, 2])[
                    1 + ((bits >> 50) % 6 + customer_no % 5)::integer
                ] as channel_no
            from fated
        )
        select
            (day - {day_number(spec.first_day)}) * {spec.orders_capacity}::bigint
                + row_number() over (partition by day order by second, customer_no)
                as order_number,
            customer_no,
            order_key,
            day,
            {day_of("day")}::timestamp + to_seconds(second) as ordered_at,
            case when not is_guest then {customer_id("customer_no")} end as customer_id,
            need,
            price_power,
            deal_proneness,
            breadth_power,
            lines,
            fate,
            case
                when fate = {LATE} and day % {VERY_LATE_EVERY} = 0
                then {VERY_LATE_LAG}
                when fate = {REPEATED} and days_late % 3 = 0 then 0
                when fate = {RETURNED} and channel_no > 0 and days_late % 7 = 0 then 0
                else days_late
            end as lag,
            1 + ((order_key >> 8) % lines::ubigint)::integer as marked_line,
            channel_no,
            1 + (customer_no + case when (bits >> 12) & 3 = 0 then 7 else 0 end) % {STORES}
                as store_no
        from judged
    """
