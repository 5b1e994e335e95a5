"""Run the benchmark: a table on standard output, all figures as JSON."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bench.cases import first_night, history, next_night
from bench.machine import machine_facts
from bench.model_cases import NoRivalsError, clustering, rfm
from bench.options import Options, read_options
from bench.processes import ChildError
from bench.results import Case, gibibytes, table_text, write_json
from bench.runs import Nights, Progress


def main(arguments: list[str] | None = None) -> int:
    """Measure what the options ask for; return the exit code."""
    options = read_options(arguments)
    nights = Nights(options, _say)
    started_at = datetime.now(UTC)
    about = {
        "started_at": started_at.isoformat(timespec="seconds"),
        "machine": machine_facts(),
        "options": options.to_dict(),
    }
    path = options.out / f"{started_at:%Y-%m-%dT%H%M%SZ}.json"
    cases: list[Case] = []
    try:
        for name in options.cases:
            cases.append(_runners(nights, options, _say)[name]())
            # After every case: what was measured in an hour is not lost to an error in the next.
            write_json(path, cases, about)
    except (ChildError, NoRivalsError) as error:
        _say(f"Error: {error}")
        return 1
    finally:
        if not options.keep:
            nights.remove()
    machine = machine_facts()
    print(
        f"{machine['cores']} cores, {gibibytes(float(str(machine['memory_bytes'])))}, "
        f"DuckDB {machine['duckdb']} with {options.memory_limit} and {options.threads} threads; "
        f"medians of {options.repeat}\n"
    )
    print(table_text(cases))
    print(f"\nAll figures: {path}")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
