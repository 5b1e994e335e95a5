"""Landing files for the benchmark, made once per size; as a program: makes them."""

import argparse
import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bench.processes import run_child

LAST_DAY = date(2025, 12, 31)
OVERLAP: Final = "medium"
# What the generator gives a customer on a day, on average.
LINES_PER_CUSTOMER_DAY = 0.05


@dataclass(frozen=True)
class Size:
    """How much there is: a history of `days` for `customers`, ending on `LAST_DAY`."""

    customers: int
    days: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.customers}-customers-{self.days}-days-seed-{self.seed}"

    @property
    def lines(self) -> int:
        """Order lines, about."""
        return round(self.customers * self.days * LINES_PER_CUSTOMER_DAY)


def prepare(size: Size, work: Path) -> Path:
    """Return the landing folder of a history, made now if it is not there."""
    return _made(size, work, None) / "landing"


def prepare_next_day(size: Size, work: Path, *, days_later: int) -> Path:
    """Return a landing folder with what arrives `days_later` after the history's last day."""
    return _next_day(size, work, days_later) / "landing"


def link_into(landing: Path, source: Path) -> None:
    """Put the files of a landing folder into another one, without a second copy of their bytes."""
    for path in sorted(source.glob("*/*")):
        target = landing / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)


def _next_day(size: Size, work: Path, days_later: int) -> Path:
    """Return a later day's folder; its control totals go on from what the day before came to."""
    before = _next_day(size, work, days_later - 1) if days_later > 1 else _made(size, work, None)
    return _made(size, work, LAST_DAY + timedelta(days=days_later), before / "truth")


def _made(size: Size, work: Path, day: date | None, truth_before: Path | None = None) -> Path:
    folder = work / "landing" / size.name / (str(day) if day else "history")
    if not folder.exists():
        draft = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        options = ["--customers", size.customers, "--days", size.days, "--seed", size.seed]
        options += ["--folder", draft, *(["--next-day", day] if day else [])]
        if truth_before:
            _tell_months_before(truth_before, draft / "truth")
        run_child(["-m", "bench.data", *map(str, options)])
        draft.rename(folder)
    return folder


def _tell_months_before(before: Path, truth: Path) -> None:
    truth.mkdir(parents=True)
    for path in before.glob("months-*.parquet"):
        shutil.copyfile(path, truth / path.name)


def main() -> None:
    """Generate into a folder: the history, or one later day."""
    parser = argparse.ArgumentParser(prog="python -m bench.data", description=__doc__)
    for name in ("customers", "days", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--next-day", type=date.fromisoformat)
    options = parser.parse_args()
    # Here alone, so that the process that measures the others stays small.
    from orchestration.samples.planted import PlantedSpec, write_next_day, write_planted

    spec = PlantedSpec(options.customers, options.days, options.seed, LAST_DAY, OVERLAP)
    landing, truth = options.folder / "landing", options.folder / "truth"
    landing.mkdir(parents=True)
    if options.next_day is None:
        write_planted(spec, landing, truth)
    else:
        write_next_day(spec, landing, truth, day=options.next_day)


if __name__ == "__main__":
    main()
