"""Histories of a past night reckoned a second time, from rows that end on it and no others."""

from datetime import date

import duckdb
import pandas as pd

from models.contract_histories import ORDER_COUNTS
from models.customer_histories import HISTORY_COLUMNS
from orchestration.feature_frames import read_doubles
from orchestration.past_nights import OWN_COLUMNS

SAMPLE = 2_000
"""Customers; a leak in the SQL touches most of them, and one is enough to be found."""
# By the digest that past nights are sampled by, so that these are among those in any case.
_SAMPLED = f"""
    create or replace temp table leak_sample as
    select customer_id
    from (
        select customer_id, substr(md5(customer_id), 1, 4) as bucket, count(*) over () as customers
        from features.night_customers
    )
    where customers <= {SAMPLE}
        or bucket < lower(lpad(hex(cast(floor(65536.0 * {SAMPLE} / customers) as bigint)), 4, '0'))
"""
_OF_SAMPLE = """
    create or replace temp table leak_{table} as
    select {columns} from core.{table}
    where {is_near} and customer_id in (select customer_id from leak_sample)
"""
# The one large table is searched by the number that is stored beside the id.
_NEAR = (
    "customer_lookup in (select cast(hash(customer_id) & 4294967295 as bigint) from leak_sample)"
)
_COLUMNS = {
    "customer_days": "customer_id, day, revenue, orders_opened",
    "customer_day_closures": "customer_id, order_date, closed_date, orders",
    "contracts": "customer_id, started_on, ended_on",
    "holdings": "customer_id, product_id, held_on, balance",
}
# A second way to each column, from rows that end on the cutoff: only these are ever joined.
_PURCHASES_THEN = """
    create or replace temp table known_then as
    with days as (
        select customer_id, day, revenue, orders_opened from leak_customer_days
        where day <= date '{cutoff}'
    ),
    order_days as (
        select customer_id, day
        from (
            select customer_id, day, orders_opened as orders from days
            union all
            select customer_id, order_date, -orders from leak_customer_day_closures
            where closed_date <= date '{cutoff}'
        )
        group by all
        having sum(orders) > 0
    ),
    orders as (
        select
            customer_id, count(*) as order_days, min(day) as first_day, max(day) as last_day,
            count(*) filter (day > date '{cutoff}' - 92) as order_days_92d,
            count(*) filter (day > date '{cutoff}' - 365) as order_days_365d
        from order_days
        group by all
    )
    select
        customer_id,
        any_value(order_days) as order_days,
        date '{cutoff}' - any_value(last_day) as recency_days,
        date '{cutoff}' - any_value(first_day) as observed_days,
        any_value(order_days_92d) as order_days_92d,
        any_value(order_days_365d) as order_days_365d,
        case when any_value(order_days) > 1 then
            cast(sum(revenue) filter (day <> first_day) as double) / (any_value(order_days) - 1)
        end as mean_repeat_spend,
        coalesce(sum(revenue) filter (day > date '{cutoff}' - 90), 0) as spend_90d,
        coalesce(sum(revenue) filter (day > date '{cutoff}' - 365), 0) as spend_365d
    from orders
    join days using (customer_id)
    group by customer_id
"""
_CONTRACTS_THEN = """
    create or replace temp table known_then as
    with contracts as (
        select
            customer_id, started_on,
            case when ended_on <= date '{cutoff}' then ended_on end as ended_on
        from leak_contracts
        where started_on <= date '{cutoff}'
    ),
    of_contracts as (
        select
            customer_id,
            count(*) filter (ended_on is null) as active_contracts,
            count(*) filter (ended_on > date '{cutoff}' - 365) as ended_contracts_365d,
            date '{cutoff}' - max(started_on) filter (ended_on is null) as latest_contract_days,
            min(started_on) as first_date
        from contracts
        group by all
    ),
    balances as (
        select
            held.customer_id, days.days_ago, sum(held.balance) as balance,
            min(held.first_date) as first_date, max(held.last_date) as last_date
        from (values (0), (30), (90)) as days (days_ago)
        cross join lateral (
            select
                customer_id, product_id, arg_max(balance, held_on) as balance,
                min(held_on) as first_date, max(held_on) as last_date
            from leak_holdings
            where held_on <= date '{cutoff}' - days.days_ago
            group by all
        ) as held
        group by all
    ),
    of_balances as (
        select
            customer_id,
            max(balance) filter (days_ago = 0) as balance,
            max(balance) filter (days_ago = 30) as balance_30d_ago,
            max(balance) filter (days_ago = 90) as balance_90d_ago,
            min(first_date) as first_date,
            max(last_date) filter (days_ago = 0) as last_date
        from balances
        group by all
    )
    select
        customer_id,
        date '{cutoff}' - least(of_contracts.first_date, of_balances.first_date) as tenure_days,
        latest_contract_days,
        coalesce(active_contracts, 0) as active_contracts,
        coalesce(ended_contracts_365d, 0) as ended_contracts_365d,
        balance, balance_30d_ago, balance_90d_ago
    from leak_sample
    left join of_contracts using (customer_id)
    left join of_balances using (customer_id)
    where active_contracts > 0 or (balance > 0 and of_balances.last_date > date '{cutoff}' - 92)
"""


def draw_sample(connection: duckdb.DuckDBPyConnection, *tables: str) -> pd.Series:
    """Draw the customers to look at, with their rows of tables of `core`; return their ids."""
    connection.execute(_SAMPLED)
    for table in tables:
        is_near = _NEAR if table == "customer_days" else "true"
        columns = _COLUMNS[table]
        connection.execute(_OF_SAMPLE.format(table=table, columns=columns, is_near=is_near))
    rows = connection.execute("select customer_id from leak_sample order by all").fetchall()
    return pd.Series([customer_id for (customer_id,) in rows], dtype="str")


def purchases_then(connection: duckdb.DuckDBPyConnection, cutoff: date) -> pd.DataFrame:
    """Return the purchase histories of the sample as of a past night."""
    connection.execute(_PURCHASES_THEN.format(cutoff=cutoff))
    return read_doubles(connection, "known_then", [*HISTORY_COLUMNS])


def contracts_then(connection: duckdb.DuckDBPyConnection, cutoff: date) -> pd.DataFrame:
    """Return the contract histories of the sample as of a past night."""
    orders = purchases_then(connection, cutoff)[[*ORDER_COUNTS]]
    connection.execute(_CONTRACTS_THEN.format(cutoff=cutoff))
    own = read_doubles(connection, "known_then", OWN_COLUMNS)
    return own.join(orders.reindex(own.index).fillna(0.0))
