"""The revenue of each month as an accountant would hand it in, and as it has arrived so far."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.samples.landed_file import as_source
from orchestration.samples.planted.arrivals import (
    Arrival,
    BalanceChange,
    PlantedFile,
    write_file,
)

TABLE = "control_totals"


def write_control_totals(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    truth: Path,
    day: date,
    changes: tuple[tuple[str, Decimal], ...],
) -> Arrival:
    """Write the totals of the months that an arrival changes; they supersede those before.

    The changes are kept in the truth, by day of arrival. Counted orders are not told: whether a
    return empties an order is what the reader of this sample has to find out.
    """
    touched: Counter[str] = Counter()
    for month, change in changes:
        touched[month] += change  # type: ignore[assignment]
    months = {month: change for month, change in sorted(touched.items()) if change != 0}
    if not months:
        return Arrival()
    connection.execute(
        "create or replace temp table month_changes (month varchar, change decimal(18, 2))"
    )
    connection.executemany("insert into month_changes values (?, ?)", list(months.items()))
    write_file(
        connection,
        f"select date '{day}' as arrived_on, month, change as revenue_change "
        "from month_changes order by month",
        truth / f"months-{day}.parquet",
    )
    kept = [path for path in sorted(truth.glob("months-*.parquet")) if path.stem <= f"months-{day}"]
    connection.execute(
        """
        create or replace temp table month_totals as
        select
            month,
            sum(revenue_change)::decimal(18, 2) as revenue,
            max(arrived_on) filter (where arrived_on < ?) as told_on
        from read_parquet(?)
        where month in (select month from month_changes)
        group by month
        order by month
        """,
        [day, [as_source(path) for path in kept]],
    )
    path = landing / TABLE / f"{day}.csv"
    rows, is_new = write_file(connection, "select month, revenue from month_totals", path)
    balance = [BalanceChange(TABLE, path.name, rows_in=rows, accepted=rows)]
    for told_on, months_told in connection.execute(
        "select told_on, count(*) from month_totals where told_on is not null group by 1 order by 1"
    ).fetchall():
        earlier = f"{told_on}.csv"
        balance.append(BalanceChange(TABLE, earlier, accepted=-months_told, superseded=months_told))
    return Arrival((PlantedFile(path, TABLE, rows, is_new),), tuple(balance))
