"""The behaviour segments of many synthetic customers, beside plain k-means."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.stopwatch import Stopwatch

FEATURES = (
    "recency_days",
    "orders_365d",
    "average_order_value_365d",
    "lines_per_order_365d",
    "active_months_365d",
    "discount_share_365d",
    "return_share_365d",
    "department_breadth_365d",
    "engagement_events_90d",
    "brands_365d",
    "stores_365d",
    "weekend_share_365d",
)
"""The nine that the product has, and three more, so that there are twelve."""
# Medians of five groups, in the order of FEATURES; each customer's own lies around them.
GROUPS = np.array(
    [
        [9, 40, 25, 3.0, 12, 0.10, 0.03, 8, 30, 25, 4, 0.30],
        [30, 12, 90, 6.0, 9, 0.05, 0.02, 9, 8, 30, 2, 0.45],
        [60, 6, 30, 2.0, 4, 0.45, 0.06, 4, 12, 8, 3, 0.20],
        [120, 3, 150, 1.5, 2, 0.03, 0.15, 2, 2, 5, 1, 0.60],
        [200, 1, 20, 1.0, 1, 0.20, 0.01, 1, 1, 2, 1, 0.25],
    ]
)
SPREAD = 0.5
WEEKLY_SPREAD = 0.05
"""Of a customer's logarithm from one week to the next."""
PAST_CUSTOMERS = 50_000
"""As many as the past night of the product holds at most."""
RANDOM_STATE = 20250101
MONDAY = date(2025, 12, 29)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Customers of five groups that overlap, on three nights.

    Attributes
    ----------
    tonight, next_week : DataFrame (n_customers, 12), natural units, indexed by `customer_id`.
    past : the same 90 days before tonight, of 50,000 of them at most.
    next_spend : (n_past_customers,), what these spent since; a third of them nothing.
    """

    tonight: pd.DataFrame
    next_week: pd.DataFrame
    past: pd.DataFrame
    next_spend: pd.Series


def synthetic_population(customers: int) -> Population:
    """Return customers whose values change a little from night to night."""
    random = np.random.default_rng(RANDOM_STATE)
    groups = random.integers(len(GROUPS), size=customers)
    own = SPREAD * random.standard_normal((customers, len(FEATURES)))
    drawn = np.sort(random.choice(customers, min(customers, PAST_CUSTOMERS), replace=False))
    past = _features(groups[drawn], own[drawn], drawn.tolist())
    tonight = _features(groups, own, range(customers))
    own += WEEKLY_SPREAD * random.standard_normal(own.shape)
    yearly = past["orders_365d"] * past["average_order_value_365d"]
    chance = random.gamma(2.0, 0.5, len(past)) * (random.uniform(size=len(past)) > 1 / 3)
    next_week = _features(groups, own, range(customers))
    return Population(tonight, next_week, past, yearly * 90 / 365 * chance)


def _features(groups: npt.NDArray[np.int64], own: Array, numbers: Iterable[int]) -> pd.DataFrame:
    frame = pd.DataFrame(GROUPS[groups] * np.exp(own), columns=list(FEATURES))
    for share in ("discount_share_365d", "return_share_365d", "weekend_share_365d"):
        frame[share] = frame[share].clip(upper=1.0)
    for count in (
        "recency_days",
        "orders_365d",
        "active_months_365d",
        "department_breadth_365d",
        "brands_365d",
        "stores_365d",
    ):
        frame[count] = frame[count].round().clip(lower=1.0)
    frame["active_months_365d"] = frame["active_months_365d"].clip(upper=12.0)
    frame.index = pd.Index([f"C{number:08d}" for number in numbers], name="customer_id")
    return frame


def learn(customers: int) -> dict[str, Any]:
    """Learn, learn again a week later and score with Strata's models; return what it took.

    The refit is what every Monday does: with the model in use before it and a past night to choose
    by. Scoring is what every night does: with last night's places, margins and reasons, then drift
    and profiles (`watch`).
    """
    from models.profiles import profile_segments
    from models.registry import empty_registry, update_registry
    from models.scoring import score
    from models.segmenter import FittedBehaviour, fit_behaviour_model
    from models.separation import PastNight
    from orchestration.behaviour_drift import drift_of

    population = synthetic_population(customers)
    past = PastNight(population.past, population.next_spend)
    watch = Stopwatch()
    first = fit_behaviour_model(
        population.tonight,
        trained_on=MONDAY,
        random_state=RANDOM_STATE,
        previous=None,
        registry=empty_registry(),
        past=past,
    )
    told: dict[str, Any] = {"first_fit": watch.lap(), "n_features": len(FEATURES)}
    if not isinstance(first, FittedBehaviour):
        return {**told, "n_clusters": None, "reason": first.reason}
    before = score(first.model, population.tonight)[["segment_id", "nights_across"]]
    told |= {"first_score": watch.lap()}
    refit = fit_behaviour_model(
        population.next_week,
        trained_on=MONDAY + timedelta(days=7),
        random_state=RANDOM_STATE,
        previous=first.model,
        registry=update_registry(empty_registry(), first.model, as_of_date=MONDAY),
        past=past,
    )
    told |= {"refit": watch.lap()}
    scored = score(first.model, population.next_week, before=before)
    told |= {"score": watch.lap()}
    drift = drift_of(first.model, population.next_week)
    profiles = profile_segments(
        population.next_week, scored["segment_id"], scaler=first.model.scaler
    )
    told |= {"watch": watch.lap()}
    return {
        **told,
        "largest_psi": drift.max_psi if drift else None,
        "profiles": len(profiles),
        "left_out": [item.name for item in first.model.scaler.left_out],
        "n_clusters": first.model.n_clusters,
        "verdict": first.model.verdict,
        "reason": first.reason,
        "candidates": len(first.candidates),
        "refit_reason": refit.reason,
        "scored": len(scored),
        "with_three_reasons": int(scored["reason_3"].notna().sum()),
    }


def plain_kmeans(customers: int, n_clusters: int) -> dict[str, Any]:
    """Scale and run scikit-learn's k-means on every customer, for a number of clusters."""
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    population = synthetic_population(customers)
    watch = Stopwatch()
    scaler = StandardScaler().fit(np.log1p(population.tonight.to_numpy()))
    scaled = scaler.transform(np.log1p(population.tonight.to_numpy()))
    found = KMeans(n_clusters, n_init=10, random_state=RANDOM_STATE).fit(scaled)
    fit = watch.lap()
    found.predict(scaler.transform(np.log1p(population.next_week.to_numpy())))
    return {"fit": fit, "score": watch.lap()}


def main() -> None:
    """Learn with Strata's models, or with plain k-means for a given number of clusters."""
    parser = argparse.ArgumentParser(prog="python -m bench.clustering", description=__doc__)
    parser.add_argument("customers", type=int)
    parser.add_argument("--plain", type=int, metavar="K")
    options = parser.parse_args()
    found = (
        learn(options.customers)
        if options.plain is None
        else plain_kmeans(options.customers, options.plain)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
