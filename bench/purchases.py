"""The purchase process of many synthetic customers, beside a plain fit customer by customer."""

import argparse
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.stopwatch import Stopwatch

TRUE = {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5}
"""By which the customers order; alpha in weeks. About CDNOW's spread, with more orders."""
OBSERVED_DAYS = 730
RANDOM_STATE = 20250101
PARAMETERS = tuple(TRUE)

Array = npt.NDArray[np.float64]


def synthetic_histories(customers: int) -> pd.DataFrame:
    """Return repeat order days, weeks to the last and weeks to the night, one row a customer.

    By the BG/NBD's own story (Fader, Hardie & Lee 2005, section 3), then in whole days, as the
    product counts them.
    """
    random = np.random.default_rng(RANDOM_STATE)
    observed = random.integers(1, OBSERVED_DAYS + 1, customers).astype(np.float64)
    rates = random.gamma(TRUE["r"], 1 / TRUE["alpha"], customers) / 7
    leaves = random.beta(TRUE["a"], TRUE["b"], customers)
    repeats, last, now = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    active = np.arange(customers)
    while len(active):
        now[active] += random.exponential(1 / rates[active])
        active = active[now[active] <= observed[active]]
        days = np.ceil(now[active])
        repeats[active] += days > last[active]
        last[active] = days
        active = active[random.uniform(size=len(active)) > leaves[active]]
    return pd.DataFrame(
        {
            "repeats": repeats,
            "last_purchase_weeks": last / 7,
            "observed_weeks": observed / 7,
            "customers": 1.0,
        }
    )


def fit(customers: int) -> dict[str, Any]:
    """Fit with Strata's own model, standard errors included."""
    from models.purchase_process import fit_purchase_process

    histories = synthetic_histories(customers)
    watch = Stopwatch()
    found = fit_purchase_process(histories, kind="bg_nbd")
    taken = watch.lap()
    groups = len(histories.drop_duplicates())
    estimates = {name: getattr(found, name) for name in PARAMETERS}
    return {"fit": taken, "groups": groups, "status": found.status, "estimates": estimates}


def plain_fit(customers: int) -> dict[str, Any]:
    """Maximise equation 6 of Fader, Hardie & Lee (2005) over all rows with scipy's defaults."""
    from scipy.optimize import minimize
    from scipy.special import betaln, gammaln

    histories = synthetic_histories(customers)
    x, t_x, observed = (histories[name].to_numpy() for name in histories.columns[:3])
    watch = Stopwatch()

    def loss(logs: Array) -> float:
        r, alpha, a, b = np.exp(logs)
        alive = betaln(a, b + x) - (r + x) * np.log(alpha + observed)
        left = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
        either = np.logaddexp(alive, np.where(x > 0, left, -np.inf))
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        return float(-(known + either).mean())

    found = minimize(loss, np.zeros(4), method="L-BFGS-B")
    estimates = dict(zip(PARAMETERS, np.exp(found.x).tolist(), strict=True))
    return {"fit": watch.lap(), "estimates": estimates}


def main() -> None:
    """Fit with Strata's model, or the plain way."""
    parser = argparse.ArgumentParser(prog="python -m bench.purchases", description=__doc__)
    parser.add_argument("customers", type=int)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    print(json.dumps((plain_fit if options.plain else fit)(options.customers)))


if __name__ == "__main__":
    main()
