"""The behaviour segments of many synthetic customers, beside plain k-means."""

import argparse
import json
import time
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

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
)
# Medians of five groups, in the order of FEATURES; each customer's own lies around them.
GROUPS = np.array(
    [
        [9, 40, 25, 3.0, 12, 0.10, 0.03, 8, 30],
        [30, 12, 90, 6.0, 9, 0.05, 0.02, 9, 8],
        [60, 6, 30, 2.0, 4, 0.45, 0.06, 4, 12],
        [120, 3, 150, 1.5, 2, 0.03, 0.15, 2, 2],
        [200, 1, 20, 1.0, 1, 0.20, 0.01, 1, 1],
    ]
)
SPREAD = 0.5
RANDOM_STATE = 20250101


def synthetic_features(customers: int) -> pd.DataFrame:
    """Return features in natural units of customers of five groups that overlap."""
    random = np.random.default_rng(RANDOM_STATE)
    groups = random.integers(len(GROUPS), size=customers)
    noise = random.standard_normal((customers, len(FEATURES))) * SPREAD
    values: npt.NDArray[np.float64] = GROUPS[groups] * np.exp(noise)
    frame = pd.DataFrame(values, columns=list(FEATURES))
    for share in ("discount_share_365d", "return_share_365d"):
        frame[share] = frame[share].clip(upper=1.0)
    for count in ("recency_days", "orders_365d", "active_months_365d", "department_breadth_365d"):
        frame[count] = frame[count].round().clip(lower=1.0)
    frame["active_months_365d"] = frame["active_months_365d"].clip(upper=12.0)
    frame.index = pd.Index([f"C{number:08d}" for number in range(customers)], name="customer_id")
    return frame


def learn(customers: int) -> dict[str, object]:
    """Learn and score with Strata's own models; return seconds and what came out."""
    from models.scoring import score
    from models.segmenter import FittedBehaviour, fit_behaviour_model

    features = synthetic_features(customers)
    begun = time.perf_counter()
    fitted = fit_behaviour_model(
        features,
        trained_on=date(2025, 12, 31),
        random_state=RANDOM_STATE,
        previous=None,
        registry=pd.DataFrame({"segment_id": []}),
    )
    learned = time.perf_counter()
    n_clusters = None
    if isinstance(fitted, FittedBehaviour):
        n_clusters = fitted.model.n_clusters
        score(fitted.model, features)
    return {
        "fit": round(learned - begun, 2),
        "score": round(time.perf_counter() - learned, 2),
        "n_clusters": n_clusters,
    }


def plain_kmeans(customers: int, n_clusters: int) -> dict[str, object]:
    """Scale and run scikit-learn's k-means on every customer, for a number of clusters."""
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    features = synthetic_features(customers)
    begun = time.perf_counter()
    scaled = StandardScaler().fit_transform(np.log1p(features.to_numpy()))
    KMeans(n_clusters, n_init=10, random_state=RANDOM_STATE).fit_predict(scaled)
    return {"fit": round(time.perf_counter() - begun, 2)}


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
