"""The cases about one computation: RFM features beside their rivals, the clustering."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bench.cases import Nights, Progress
from bench.data import LINES_PER_CUSTOMER_DAY
from bench.nights import StrataNight
from bench.options import DAYS, Options
from bench.processes import Finished, run_child
from bench.results import Case, Line, gibibytes, median, seconds

RFM_RATIO = 5.0
CLUSTERING_SECONDS = 60
CLUSTERING_CUSTOMERS = 1_000_000
RIVALS = {"pandas": "pandas groupby", "pymc-marketing": "pymc_marketing rfm_summary"}

_LINES_MODEL, _RFM_MODEL = "core/transactions", "features/customer_rfm"


class NoRivalsError(Exception):
    """The environment of the rivals is not there."""


def rfm(nights: Nights, options: Options, progress: Progress) -> Case:
    """Compare RFM features, from clean lines in memory or in the warehouse to one row a customer.

    Strata's seconds are those of every dbt model between the lines and `features.customer_rfm`:
    it keeps orders, their days, returns and customer-days on the way, and needs them elsewhere.
    """
    if not options.rivals_python.exists():
        raise NoRivalsError(
            f"{options.rivals_python} is not there: `make bench` sets it up from "
            "bench/requirements.lock, or leave the case `rfm` out with --case."
        )
    size = nights.size
    if options.rfm_lines != options.lines:
        size = nights.size_of(round(options.rfm_lines / DAYS / LINES_PER_CUSTOMER_DAY), DAYS)
    first = nights.first(size)
    installation = nights.installation(size)
    home = installation.home
    warehouse = home / "warehouse.duckdb"
    path = _models_between(json.loads((home / "dbt" / "target" / "manifest.json").read_text()))
    ours = median(_of_models(pair.strata, path) for pair in first)
    lines = installation.folder / "lines.parquet"
    exported = run_child(["-m", "bench.rfm_features", "export", str(warehouse), str(lines)])
    as_of = _told(exported)["as_of"]
    progress(f"RFM features of {size.lines:,} lines, other ways …")
    found = {name: str(lines.with_name(f"{name}.parquet")) for name in RIVALS}
    runs = {
        name: [
            run_child(
                ["-m", "bench.rivals", name, str(lines), as_of, found[name]],
                python=options.rivals_python.absolute(),
            )
            for _ in range(options.repeat)
        ]
        for name in RIVALS
    }
    bare = [
        run_child(["-m", "bench.rfm_features", "bare", str(lines), as_of])
        for _ in range(options.repeat)
    ]
    case = Case("rfm", f"RFM features of {_told(runs['pandas'][0])['lines']:,} sale lines")
    case.lines.append(_rfm_line("one bare DuckDB statement", ours, bare))
    case.raw = {"path": {name: first[-1].strata.nodes[name] for name in sorted(path)}}
    case.raw["bare"] = [_raw(run) for run in bare]
    for name, words in RIVALS.items():
        line = _rfm_line(words, ours, runs[name])
        theirs = median(_told(run)["seconds"] for run in runs[name])
        case.lines.append(
            Line(
                line.what,
                line.strata,
                line.other,
                line.ratio,
                f"Strata at least {RFM_RATIO:g} x faster: {theirs / ours:.1f} x",
                theirs >= RFM_RATIO * ours,
            )
        )
        told = _told(
            run_child(["-m", "bench.rfm_features", "compare", str(warehouse), name, found[name]])
        )
        case.lines.append(
            Line(
                f"  customers who differ, of {told['compared']:,} without returns",
                f"{told['differing']:,}",
                aim="none",
                is_reached=told["differing"] == 0,
            )
        )
        case.raw[name] = {"runs": [_raw(run) for run in runs[name]], **told}
    return case


def clustering(options: Options, progress: Progress) -> Case:
    """Learn and score behaviour segments of synthetic customers."""
    customers = options.cluster_customers
    progress(f"Clustering of {customers:,} customers …")
    environment = {
        name: str(options.threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    }
    runs = [
        run_child(["-m", "bench.clustering", str(customers)], environment=environment)
        for _ in range(options.repeat)
    ]
    case = Case("clustering", f"Behaviour segments of {customers:,} synthetic customers")
    case.raw["strata"] = [_raw(run) for run in runs]
    told = [_told(run) for run in runs]
    whole = median(each["fit"] + each["score"] for each in told)
    n_clusters = told[0]["n_clusters"]
    if n_clusters is None:
        case.lines.append(Line("no segments could be learned", seconds(whole)))
        return case
    plain = run_child(
        ["-m", "bench.clustering", str(customers), "--plain", str(n_clusters)],
        environment=environment,
    )
    case.raw["plain"] = _raw(plain)
    bare = _told(plain)["fit"]
    has_aim = customers <= CLUSTERING_CUSTOMERS
    case.lines += [
        Line(
            f"select, fit, name, score; bare: k-means, k = {n_clusters}",
            seconds(whole),
            seconds(bare),
            whole / bare,
            f"under {CLUSTERING_SECONDS} s" if has_aim else "",
            whole < CLUSTERING_SECONDS if has_aim else None,
        ),
        Line("  of which scoring", seconds(median(each["score"] for each in told))),
        Line(
            "peak memory",
            gibibytes(max(run.peak_bytes for run in runs)),
            gibibytes(plain.peak_bytes),
        ),
    ]
    return case


def _models_between(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Return the models that lie between the clean lines and the RFM features, these included."""
    names = {
        key: f"{node['schema']}/{node['name']}"
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    keys = {name: key for key, name in names.items()}
    after = _reach(manifest["child_map"], keys[_LINES_MODEL])
    before = _reach(manifest["parent_map"], keys[_RFM_MODEL])
    between = (after & before) | {keys[_RFM_MODEL]}
    return frozenset(names[key] for key in between if key in names)


def _reach(edges: Mapping[str, Iterable[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for key in edges.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found


def _of_models(night: StrataNight, names: Iterable[str]) -> float:
    return sum(night.nodes[name] for name in names)


def _rfm_line(words: str, ours: float, runs: list[Finished]) -> Line:
    theirs = median(_told(run)["seconds"] for run in runs)
    return Line(f"against {words}", seconds(ours), seconds(theirs), ours / theirs)


def _told(run: Finished) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run.output)
    return told


def _raw(run: Finished) -> dict[str, Any]:
    return {**run.to_dict(), **_told(run)}
