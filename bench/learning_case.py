"""The case about what is learned: the behaviour segments, the purchase process."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.options import Options
from bench.processes import Finished, run_child
from bench.results import Case, Line, gibibytes, median, seconds
from bench.runs import Progress

JUDGED_CUSTOMERS = 1_000_000
FIRST_SECONDS = 60
REFIT_SECONDS = 180
SCORE_SECONDS = 20
PURCHASES_SECONDS = 10
PEAK_BYTES = 4 * 1024**3

Told = Mapping[str, Any]


def clustering(options: Options, progress: Progress) -> Case:
    """Learn, learn again and score behaviour segments, and fit the purchase process.

    Beside each stands the least that could be called the same: k-means for one number of clusters,
    nearest centres without reasons, one likelihood over all rows.
    """
    customers = options.cluster_customers
    is_judged = customers >= JUDGED_CUSTOMERS
    learned = _runs(["bench.clustering", str(customers)], options, progress)
    told = [_told(run) for run in learned]
    about = told[0]
    case = Case(
        "clustering",
        f"Learned models of {customers:,} synthetic customers, {about['n_features']} features",
    )
    case.raw["strata"] = [_raw(run) for run in learned]
    if about["n_clusters"] is None:
        case.lines.append(Line(f"no segments could be learned: {about['reason']}"))
        return case
    k = str(about["n_clusters"])
    plain = _runs(["bench.clustering", str(customers), "--plain", k], options, progress)
    bought = _runs(["bench.purchases", str(customers)], options, progress)
    plainly = _runs(["bench.purchases", str(customers), "--plain"], options, progress)
    for name, runs in (("plain", plain), ("purchases", bought), ("plain purchases", plainly)):
        case.raw[name] = [_raw(run) for run in runs]
    of_plain = [_told(run) for run in plain]

    def timed(
        words: str, ours: Callable[[str], float], theirs: Callable[[str], float], aim: int
    ) -> None:
        taken, bare = ours("seconds"), theirs("seconds")
        at = "" if is_judged else f" at {JUDGED_CUSTOMERS // 10**6} M"
        case.lines.append(
            Line(
                words,
                seconds(taken),
                seconds(bare),
                taken / bare if bare else None,
                f"under {aim} s{at}",
                taken < aim if is_judged else None,
            )
        )
        processor = "processor_seconds"
        case.lines.append(
            Line("  of the processor", seconds(ours(processor)), seconds(theirs(processor)))
        )

    timed(
        f"refit with selection ({about['candidates']} candidates); bare: k-means, k = {k}",
        lambda unit: _lap(told, "refit", unit),
        lambda unit: _lap(of_plain, "fit", unit),
        REFIT_SECONDS,
    )
    timed(
        "the first fit, and its scores",
        lambda unit: _lap(told, "first_fit", unit) + _lap(told, "first_score", unit),
        lambda unit: _lap(of_plain, "fit", unit) + _lap(of_plain, "score", unit),
        FIRST_SECONDS,
    )
    timed(
        "nightly scoring with reasons; bare: the nearest centre",
        lambda unit: _lap(told, "score", unit),
        lambda unit: _lap(of_plain, "score", unit),
        SCORE_SECONDS,
    )
    case.lines.append(
        Line("  drift and profiles beside it", seconds(_lap(told, "watch", "seconds")))
    )
    timed(
        "BG/NBD fit; bare: its likelihood by scipy, row by row",
        lambda unit: _lap([_told(run) for run in bought], "fit", unit),
        lambda unit: _lap([_told(run) for run in plainly], "fit", unit),
        PURCHASES_SECONDS,
    )
    peak = max(run.peak_bytes for run in (*learned, *bought))
    case.lines.append(
        Line(
            "peak memory",
            gibibytes(peak),
            gibibytes(max(run.peak_bytes for run in (*plain, *plainly))),
            aim=f"under {gibibytes(PEAK_BYTES)}",
            is_reached=peak < PEAK_BYTES if is_judged else None,
        )
    )
    return case


def _runs(arguments: Sequence[str], options: Options, progress: Progress) -> list[Finished]:
    threads = str(options.threads)
    environment = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    progress(f"{' '.join(arguments)} …")
    return [run_child(["-m", *arguments], environment=environment) for _ in range(options.repeat)]


def _lap(told: Sequence[Told], name: str, unit: str) -> float:
    return median(each[name][unit] for each in told)


def _told(run: Finished) -> Told:
    told: dict[str, Any] = json.loads(run.output)
    return told


def _raw(run: Finished) -> dict[str, Any]:
    return {**run.to_dict(), **_told(run)}
