"""The benchmark's options, as the command line gives them."""

import argparse
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.data import LINES_PER_CUSTOMER_DAY
from orchestration.home import current_home

CASES = ("first-night", "next-night", "history", "rfm", "clustering")
_FACTORS = {"": 1, "K": 10**3, "M": 10**6}
DAYS = 1000
SMALL = 5_000_000
"""Lines up to which a night is run three times unless something else is asked for."""


@dataclass(frozen=True)
class Options:
    """What to measure, at what size, and where to work.

    Attributes
    ----------
    lines : order lines, about, of `days` of history of all `customers`.
    rfm_lines, cluster_customers : sizes of the cases of those names.
    work : generated files and homes; the files are kept for the next benchmark.
    """

    cases: tuple[str, ...]
    lines: int
    customers: int
    days: int
    rfm_lines: int
    cluster_customers: int
    repeat: int
    seed: int
    memory_limit: str
    threads: int
    work: Path
    out: Path
    keep: bool
    rivals_python: Path

    def to_dict(self) -> dict[str, Any]:
        kept = asdict(self)
        return {name: value for name, value in kept.items() if not isinstance(value, Path)}


def read_options(arguments: list[str] | None = None) -> Options:
    """Read the command line; sizes may be written 50M or 200K."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure nights of Strata beside hand-written DuckDB scripts over the same "
        "files. Prints a table, writes JSON.",
    )
    parser.add_argument("--case", choices=CASES, action="append", help="default: all of them")
    parser.add_argument("--lines", type=_size, default=2_000_000, help="default: 2M")
    parser.add_argument(
        "--customers", type=_size, help=f"default: as many as make {DAYS} days of history"
    )
    parser.add_argument("--rfm-lines", type=_size, help="default: as --lines")
    parser.add_argument("--cluster-customers", type=_size, help="default: as --customers")
    parser.add_argument("--repeat", type=int, help="default: 3 up to 5M lines, else 1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory-limit", default="4GB", help="of DuckDB, on both sides")
    parser.add_argument("--threads", type=int, default=2, help="of DuckDB, on both sides")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "strata-bench")
    parser.add_argument("--out", type=Path, help="default: bench/ below STRATA_HOME")
    parser.add_argument("--keep", action="store_true", help="keep the homes to look into")
    parser.add_argument(
        "--rivals-python",
        type=Path,
        default=Path(".venv-bench/bin/python"),
        help="an interpreter with bench/requirements.lock; `make bench` sets it up",
    )
    given = parser.parse_args(arguments)
    lines = given.lines
    customers = given.customers or round(lines / DAYS / LINES_PER_CUSTOMER_DAY)
    return Options(
        cases=tuple(given.case or CASES),
        lines=lines,
        customers=customers,
        days=round(lines / customers / LINES_PER_CUSTOMER_DAY),
        rfm_lines=given.rfm_lines or lines,
        cluster_customers=given.cluster_customers or customers,
        repeat=given.repeat or (3 if lines <= SMALL else 1),
        seed=given.seed,
        memory_limit=given.memory_limit,
        threads=given.threads,
        work=given.work.resolve(),
        out=(given.out or current_home().root / "bench").resolve(),
        keep=given.keep,
        rivals_python=given.rivals_python,
    )


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KM]?)", text.upper())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 50000000, 50M or 200K")
    return round(float(found[1]) * _FACTORS[found[2]])
