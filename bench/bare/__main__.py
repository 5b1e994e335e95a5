"""Run one bare night in a process of its own; prints its seconds by stage as JSON."""

import argparse
import json
from datetime import date
from pathlib import Path

from bench.bare.script import BareNight, run


def main() -> None:
    """Read the options, run the night, print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.bare", description=__doc__)
    parser.add_argument("--landing", type=Path, action="append", required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--published", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--r", type=float)
    parser.add_argument("--alpha", type=float)
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--memory-limit", default="4GB")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    seconds = run(
        BareNight(
            landings=options.landing,
            database=options.database,
            published=options.published,
            as_of_date=options.as_of,
            r=options.r,
            alpha=options.alpha,
            currency=options.currency,
            memory_limit=options.memory_limit,
            threads=options.threads,
        )
    )
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
