"""Run the benchmark: a table on standard output, all figures as JSON."""

import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bench.cases import first_night, history, next_night
from bench.learning_case import clustering
from bench.machine import machine_facts
from bench.options import Options, read_options
from bench.processes import ChildError
from bench.results import Case, gibibytes, table_text, write_json
from bench.rfm_case import NoRivalsError, rfm
from bench.runs import Nights, Progress


def main(arguments: list[str] | None = None) -> int:
    """Measure what the options ask for; return the exit code."""
    options = read_options(arguments)
    nights = Nights(options, _say)
    started_at = datetime.now(UTC)
    machine = machine_facts()
    about = {
        "started_at": started_at.isoformat(timespec="seconds"),
        "machine": machine,
        "options": options.to_dict(),
    }
    path = options.out / f"{started_at:%Y-%m-%dT%H%M%SZ}.json"
    cases: list[Case] = []
    exit_code = 0
    try:
        for name in options.cases:
            cases.append(_runners(nights, options, _say)[name]())
            # After every case: what was measured in an hour is not lost to an error in the next.
            write_json(path, cases, about)
    except (ChildError, NoRivalsError) as error:
        _say(f"Error: {error}")
        exit_code = 1
    finally:
        if not options.keep:
            nights.remove()
    if cases:
        memory = gibibytes(float(str(machine["memory_bytes"])))
        print(
            f"{machine['cores']} cores, {memory}, "
            f"load {machine['load_average_before']:.1f} before; "
            f"DuckDB {machine['duckdb']} with {options.memory_limit} and {options.threads} "
            f"threads; medians of {options.repeat}\n\n{table_text(cases)}\n\nAll figures: {path}"
        )
    return exit_code


def _runners(
    nights: Nights, options: Options, progress: Progress
) -> Mapping[str, Callable[[], Case]]:
    return {
        "first-night": lambda: first_night(nights),
        "next-night": lambda: next_night(nights),
        "history": lambda: history(nights),
        "rfm": lambda: rfm(nights, options, progress),
        "clustering": lambda: clustering(options, progress),
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _stop(number: int, _frame: object) -> None:
    """Leave by an exception, so that children end and the homes are removed."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
