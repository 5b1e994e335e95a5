"""A minimal generator of customers, products and lines, for as long as there is no better one."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

LINES_PER_CUSTOMER_DAY = 0.05
LINES_PER_ORDER = 3

_LINES = """
with orders as (
    select
        day, number,
        (hash({seed}, day, number) % 1000000007)::bigint as dice,
        floor({customers} * power((hash({seed}, 1, day, number) % 1000003) / 1000003.0, 1.7))
            as customer
    from (
        select cast(unnest(generate_series(
            date '{first}', date '{last}', interval 1 day)) as date) as day
    )
    cross join range({orders}) as numbers(number)
),
lines as (
    select *, unnest(range(1, 2 + dice % 5)) as line from orders
),
sales as (
    select
        strftime(day, '%Y%m%d') || lpad(number::varchar, 7, '0') as order_id,
        line::varchar as line_id,
        case when dice % 33 > 0 then 'C' || lpad(customer::int::varchar, 7, '0') end as customer_id,
        day::timestamp + to_seconds(dice % 86400) as ordered_at,
        'P' || (hash(dice, line) % 2000) as product_id,
        (1 + hash(dice, line) % 3)::decimal(18, 4) as quantity,
        ((200 + hash(line, dice) % 4000) / 100)::decimal(18, 4) as amount,
        (case when hash(line, dice) % 4 = 0 then 1.5 else 0 end)::decimal(18, 4) as discount_amount,
        ['web', 'store', 'app'][1 + dice % 3] as channel,
        'S' || (dice % 50) as store_id,
        null::varchar as original_order_id,
        dice
    from lines
),
returned as (
    select
        'R' || order_id as order_id, line_id, customer_id,
        ordered_at + interval 3 day as ordered_at, product_id,
        -quantity as quantity, -amount as amount, 0::decimal(18, 4) as discount_amount,
        channel, store_id, order_id as original_order_id, dice
    from sales
    where dice % 50 = 7 and ordered_at::date + 3 <= date '{until}'
),
repeated as (
    select * from sales where dice % 997 = 5
),
corrected as (
    select * replace (amount + 1 as amount) from sales where dice % 997 = 6
)
select * exclude (dice) from sales
union all by name select * exclude (dice) from returned
union all by name select * exclude (dice) from repeated
union all by name select * exclude (dice) from corrected
union all by name select * exclude (dice) replace (null as amount) from sales where dice % 9973 = 8
order by order_id, line_id, amount
"""


@dataclass(frozen=True)
class PlantedSpec:
    """How much to generate; `overlap` means nothing here."""

    customers: int
    days: int
    seed: int
    last_day: date
    overlap: str

    @property
    def orders_a_day(self) -> int:
        return max(round(self.customers * LINES_PER_CUSTOMER_DAY / LINES_PER_ORDER), 1)


def write_planted(spec: PlantedSpec, landing: Path, truth: Path) -> None:  # noqa: ARG001
    """Write all files up to the last day, the lines in one file a month."""
    with duckdb.connect() as connection:
        _write(
            connection,
            f"select 'C' || lpad(number::varchar, 7, '0') as customer_id, "
            f"date '{spec.last_day - timedelta(days=spec.days)}' as created_at, "
            f"number % 100 <> 99 as profiling_consent from range({spec.customers}) as t(number)",
            landing / "customers" / "customers.parquet",
        )
        _write(
            connection,
            "select 'P' || number as product_id, 'category ' || number % 40 as category, "
            "'department ' || number % 12 as department, 1 + number % 7 as unit_cost "
            "from range(2000) as t(number)",
            landing / "products" / "products.parquet",
        )
        day = spec.last_day - timedelta(days=spec.days - 1)
        while day <= spec.last_day:
            end = min((day.replace(day=1) + timedelta(days=31)).replace(day=1), spec.last_day)
            end = end if end == spec.last_day else end - timedelta(days=1)
            _write_lines(connection, spec, day, end, landing, f"{day:%Y-%m}")
            day = end + timedelta(days=1)


def write_next_day(spec: PlantedSpec, landing: Path, truth: Path, *, day: date) -> None:  # noqa: ARG001
    """Write the lines of one later day."""
    with duckdb.connect() as connection:
        _write_lines(connection, spec, day, day, landing, f"{day:%Y-%m-%d}")


def _write_lines(
    connection: duckdb.DuckDBPyConnection,
    spec: PlantedSpec,
    first: date,
    last: date,
    landing: Path,
    name: str,
) -> None:
    query = _LINES.format(
        seed=spec.seed,
        customers=spec.customers,
        orders=spec.orders_a_day,
        first=first,
        last=last,
        until=last,
    )
    _write(connection, query, landing / "transactions" / f"{name}.parquet")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
