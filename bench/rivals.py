"""RFM features by other means, each in a process of its own, over the same clean sale lines."""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WINDOW_DAYS = 365


def pandas_groupby(lines: Any, as_of: str) -> Any:
    """Group lines to orders, orders to customers: recency, frequency, monetary of 365 days."""
    import pandas as pd

    day = pd.Timestamp(as_of)
    orders = lines.groupby(["customer_id", "order_id"], sort=False, as_index=False).agg(
        ordered_at=("ordered_at", "min"), amount=("amount", "sum")
    )
    orders["day"] = orders["ordered_at"].dt.normalize()
    in_window = orders["day"] > day - pd.Timedelta(days=WINDOW_DAYS)
    orders["is_in_window"] = in_window
    orders["amount"] = orders["amount"].where(in_window, 0.0)
    customers = orders.groupby("customer_id", sort=False).agg(
        last=("day", "max"),
        first=("day", "min"),
        frequency=("is_in_window", "sum"),
        monetary=("amount", "sum"),
    )
    return customers.assign(
        recency_days=(day - customers["last"]).dt.days,
        tenure_days=(day - customers["first"]).dt.days,
    )[["recency_days", "frequency", "monetary", "tenure_days"]].reset_index()


def rfm_summary(lines: Any, as_of: str) -> Any:
    """Run pymc-marketing's: repeat purchase days, their span, age, mean spend of a repeat day."""
    from pymc_marketing.clv.utils import rfm_summary as summarise

    return summarise(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=as_of, time_unit="D"
    )


RIVALS: dict[str, Callable[[Any, str], Any]] = {
    "pandas": pandas_groupby,
    "pymc-marketing": rfm_summary,
}


def warm_up() -> None:
    """Import what a rival needs before the clock starts."""
    from importlib.util import find_spec

    if find_spec("pymc_marketing"):
        import pymc_marketing.clv.utils  # noqa: F401


def main() -> None:
    """Read the lines, run one rival, write its customers, print its seconds as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.rivals", description=__doc__)
    parser.add_argument("rival", choices=RIVALS)
    parser.add_argument("lines", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    import pandas as pd

    if options.rival == "pymc-marketing":
        warm_up()
    begun = time.perf_counter()
    lines = pd.read_parquet(options.lines)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    customers = RIVALS[options.rival](lines, options.as_of)
    taken = time.perf_counter() - begun
    customers.to_parquet(options.out)
    told = {"seconds": round(taken, 2), "reading": round(read, 2), "lines": len(lines)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
