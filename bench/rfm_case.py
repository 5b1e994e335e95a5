"""The case about RFM features, beside their rivals."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bench.data import LINES_PER_CUSTOMER_DAY, Size
from bench.nights import StrataNight
from bench.options import DAYS, Options
from bench.processes import Finished, run_child
from bench.results import Case, Line, median, seconds
from bench.runs import Nights, Progress

RFM_RATIO = 5.0
RFM_LINES = 10_000_000
RIVALS = {"pandas": "pandas groupby", "pymc-marketing": "pymc_marketing rfm_summary"}


class NoRivalsError(Exception):
    """The environment of the rivals is not there."""


def rfm(nights: Nights, options: Options, progress: Progress) -> Case:
    """Compare RFM features of clean lines, one row a customer.

    Strata takes them from customer-days, which every night has already: its seconds are those of
    the feature models on the way to `features.customer_rfm`, told anew with nothing beside them, as
    the others run. Beside them stand the seconds of the night from the clean lines on, with all
    that it keeps on the way: orders, returns, customer-days.
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
    warehouse = installation.home / "warehouse.duckdb"
    path = _told(run_child(["-m", "bench.rfm_features", "models", str(installation.home)]))[
        "models"
    ]
    from_days = sorted(name for name in path if name.startswith("features/"))
    lines = installation.folder / "lines.parquet"
    exported = run_child(["-m", "bench.rfm_features", "export", str(warehouse), str(lines)])
    as_of = _told(exported)["as_of"]
    progress(f"RFM features of {size.lines:,} lines, by themselves …")
    alone = [
        _told(run_child(["-m", "bench.rfm_features", "tell", str(installation.home), *from_days]))
        for _ in range(options.repeat)
    ]
    ours = median(sum(each["seconds"].values()) for each in alone)
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
    from_lines = median(_of_models(pair.strata, path) for pair in first)
    case.lines += [
        _rfm_line("from customer-days; bare: one statement over the lines", ours, bare),
        Line("  from clean lines on, orders and returns included", seconds(from_lines)),
    ]
    case.raw = {"models": {name: first[-1].strata.nodes[name] for name in sorted(path)}}
    case.raw["alone"] = [each["seconds"] for each in alone]
    case.raw["bare"] = [_raw(run) for run in bare]
    for name, words in RIVALS.items():
        told = _told(
            run_child(["-m", "bench.rfm_features", "compare", str(warehouse), name, found[name]])
        )
        case.lines += _rival_lines(size, words, ours, runs[name], told)
        case.raw[name] = {"runs": [_raw(run) for run in runs[name]], **told}
    return case


def _rival_lines(
    size: Size, words: str, ours: float, runs: list[Finished], compared: Mapping[str, int]
) -> list[Line]:
    line = _rfm_line(f"against {words}, the lines in memory", ours, runs)
    theirs = median(_told(run)["seconds"] for run in runs)
    reading = median(_told(run)["reading"] for run in runs)
    aim = f"at least {RFM_RATIO:g} x faster"
    is_judged = size.lines >= RFM_LINES
    return [
        Line(
            line.what,
            line.strata,
            line.other,
            line.ratio,
            aim if is_judged else f"{aim} at {RFM_LINES // 10**6} M",
            theirs >= RFM_RATIO * ours if is_judged else None,
        ),
        Line("  with the reading of the lines", other=seconds(reading + theirs)),
        Line(
            f"  customers who differ, of {compared['compared']:,} without returns",
            f"{compared['differing']:,}",
            aim="none",
            is_reached=compared["differing"] == 0,
        ),
    ]


def _of_models(night: StrataNight, names: Iterable[str]) -> float:
    return sum(night.nodes[name] for name in names)


def _rfm_line(words: str, ours: float, runs: list[Finished]) -> Line:
    theirs = median(_told(run)["seconds"] for run in runs)
    return Line(words, seconds(ours), seconds(theirs), ours / theirs)


def _told(run: Finished) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run.output)
    return told


def _raw(run: Finished) -> dict[str, Any]:
    return {**run.to_dict(), **_told(run)}
