"""The CDNOW sample, and customers drawn from purchase processes with known parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distribution
from typing import Literal

import numpy as np
import pandas as pd
import pytest

Draw = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class OrderLog:
    """Order days (`customer_id`, `order_date`, `spend`), and the histories and outcomes in them."""

    orders: pd.DataFrame

    def until(self, day: pd.Timestamp) -> "OrderLog":
        """Return the log as it was known at the end of a day."""
        return OrderLog(self.orders[self.orders["order_date"] <= day])

    def histories(self, cutoff: pd.Timestamp) -> pd.DataFrame:
        """Return every customer's history as of a night, indexed by `customer_id`."""
        known = self.until(cutoff).orders
        customer = known["customer_id"]
        age = (cutoff - known["order_date"]).dt.days
        days = known.groupby("customer_id")["order_date"].agg(["min", "max", "size"])
        later = known["spend"].where(known["order_date"] > customer.map(days["min"]), 0.0)
        repeats = days["size"] - 1
        return pd.DataFrame(
            {
                "order_days": days["size"],
                "recency_days": (cutoff - days["max"]).dt.days,
                "observed_days": (cutoff - days["min"]).dt.days,
                "order_days_92d": (age < 92).groupby(customer).sum(),
                "order_days_365d": (age < 365).groupby(customer).sum(),
                "mean_repeat_spend": later.groupby(customer).sum() / repeats.where(repeats > 0),
                "spend_90d": known["spend"].where(age < 90, 0.0).groupby(customer).sum(),
                "spend_365d": known["spend"].where(age < 365, 0.0).groupby(customer).sum(),
            }
        )

    def past(self, cutoff: pd.Timestamp, *, night: pd.Timestamp) -> pd.DataFrame:
        """Return a past night's histories with what happened after it, as known on `night`."""
        known = self.until(night).orders
        ahead = (known["order_date"] - cutoff).dt.days
        next_90 = known[(ahead > 0) & (ahead <= 90)].groupby("customer_id")["spend"]
        next_365 = known[(ahead > 0) & (ahead <= 365)].groupby("customer_id")["spend"]
        table = self.histories(cutoff)
        table["order_days_next_90d"] = next_90.size().reindex(table.index, fill_value=0)
        table["spend_next_90d"] = next_90.sum().reindex(table.index, fill_value=0.0)
        year = next_365.sum().reindex(table.index, fill_value=0.0)
        table["spend_next_365d"] = year if cutoff + pd.Timedelta(days=365) <= night else np.nan
        table["cutoff_date"] = cutoff.date()
        table["label_known_on"] = (cutoff + pd.Timedelta(days=90)).date()
        return table.reset_index()

    def nights(self, night: pd.Timestamp, days_back: list[int]) -> pd.DataFrame:
        """Return several past nights stacked."""
        cutoffs = [night - pd.Timedelta(days=days) for days in days_back]
        return pd.concat([self.past(cutoff, night=night) for cutoff in cutoffs])


@pytest.fixture(scope="session")
def cdnow_orders() -> pd.DataFrame:
    """Return the order days of the 1/10 sample of Fader & Hardie (2001), 1997-01 to 1998-06.

    Read from the installed distribution without importing it: the package no longer runs with
    today's pandas, its data do.
    """
    path = distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_sample.txt")
    names = ["master_id", "customer_id", "order_date", "cds", "spend"]
    lines = pd.read_csv(str(path), sep=r"\s+", header=None, names=names, dtype={"order_date": str})
    lines["order_date"] = pd.to_datetime(lines["order_date"], format="%Y%m%d")
    return lines.groupby(["customer_id", "order_date"], as_index=False)["spend"].sum()


@pytest.fixture(scope="session")
def cdnow(cdnow_orders: pd.DataFrame) -> pd.DataFrame:
    """Return the 2,357 customers as the papers saw them: the 39 weeks to 1997-09-30."""
    end = pd.Timestamp("1997-09-30")
    known = cdnow_orders[cdnow_orders["order_date"] <= end]
    first = known.groupby("customer_id")["order_date"].transform("min")
    repeat = (
        known[known["order_date"] > first].groupby("customer_id")["spend"].agg(["size", "mean"])
    )
    days = known.groupby("customer_id")["order_date"].agg(["min", "max"])
    return pd.DataFrame(
        {
            "repeats": repeat["size"].reindex(days.index, fill_value=0),
            "last_purchase_weeks": (days["max"] - days["min"]).dt.days / 7,
            "observed_weeks": (end - days["min"]).dt.days / 7,
            "mean_spend": repeat["mean"].reindex(days.index, fill_value=0.0),
            "customers": 1,
        }
    ).reset_index()


@pytest.fixture(scope="session")
def cdnow_log(cdnow_orders: pd.DataFrame) -> OrderLog:
    return OrderLog(cdnow_orders)


@pytest.fixture(scope="session")
def seasonless_log() -> OrderLog:
    """Return two years of 1,500 customers of very different rates, some of whom drop out."""
    random = np.random.default_rng(7)
    parts = []
    for customer in range(1500):
        gap = 1 / random.gamma(1.2, 1 / 25.0)
        drop_out, mean_spend = random.beta(0.6, 6.0), 100 / random.gamma(4.0)
        clock = random.uniform(0, 400)
        while clock < 730:
            spend = round(random.gamma(5.0, mean_spend / 5) + 0.01, 2)
            parts.append((f"c{customer:04}", int(clock), spend))
            clock += random.exponential(gap) + 1
            if random.random() < drop_out:
                break
    orders = pd.DataFrame(parts, columns=["customer_id", "day", "spend"])
    start = pd.Timestamp("2022-01-01")
    orders["order_date"] = start + pd.to_timedelta(orders.pop("day"), unit="D")
    return OrderLog(orders)


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Return a function that plays the purchase process itself, order by order."""

    def play(
        kind: Literal["bg_nbd", "mbg_nbd"],
        parameters: tuple[float, float, float, float],
        *,
        customers: int,
        weeks: float,
        ahead: float = 0.0,
        seed: int,
    ) -> pd.DataFrame:
        """Return x, t_x, T at a night, T uniform up to `weeks`, and what happened until `ahead`."""
        random = np.random.default_rng(seed)
        r, alpha, a, b = parameters
        rate = random.gamma(r, 1 / alpha, size=customers)
        drop_out = random.beta(a, b, size=customers)
        observed = random.uniform(weeks / 2, weeks, size=customers)
        repeats, future = np.zeros(customers), np.zeros(customers)
        clock, last = np.zeros(customers), np.zeros(customers)
        alive = np.ones(customers, dtype=bool)
        if kind == "mbg_nbd":
            alive = random.random(customers) >= drop_out
        dropped_at = np.where(alive, np.inf, 0.0)
        while alive.any():
            who = np.flatnonzero(alive)
            clock[who] += random.exponential(1 / rate[who])
            seen = clock[who] <= observed[who]
            known = who[seen]
            repeats[known] += 1
            last[known] = clock[known]
            over = clock[who] > observed[who] + ahead
            future[who[~seen & ~over]] += 1
            drops = random.random(len(who)) < drop_out[who]
            dropped_at[who[drops & ~over]] = clock[who[drops & ~over]]
            alive[who[over | drops]] = False
        return pd.DataFrame(
            {
                "repeats": repeats,
                "last_purchase_weeks": last,
                "observed_weeks": observed,
                "customers": 1,
                "future": future,
                "is_alive": dropped_at > observed,
            }
        )

    return play
