"""The CDNOW sample, and customers drawn from purchase processes with known parameters."""

from collections.abc import Callable
from importlib.metadata import distribution
from typing import Literal

import numpy as np
import pandas as pd
import pytest

Draw = Callable[..., pd.DataFrame]


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
