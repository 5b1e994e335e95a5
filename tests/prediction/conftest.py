"""The CDNOW sample, and customers drawn from purchase processes with known parameters."""

from collections.abc import Callable
from importlib.metadata import distribution
from typing import Literal

import numpy as np
import pandas as pd
import pytest

Draw = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    """Return the 1/10 sample of Fader & Hardie (2001): 2,357 customers, 39 weeks.

    Read from the installed distribution without importing it: the package no longer runs with
    today's pandas, its data do.
    """
    path = "lifetimes/datasets/cdnow_customers_summary_with_transactions.csv"
    table = pd.read_csv(str(distribution("lifetimes").locate_file(path)))
    names = {
        "ID": "customer_id",
        "x": "repeats",
        "t_x": "last_purchase_weeks",
        "T": "observed_weeks",
        "zbar": "mean_spend",
    }
    return table.rename(columns=names).assign(customers=1)


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
