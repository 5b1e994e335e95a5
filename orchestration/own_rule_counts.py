"""How many customers of the last published night each own rule would take."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.database import opened
from orchestration.home import Home
from orchestration.own_rules import OwnScheme, OwnSegment
from orchestration.settings import Settings

_CUSTOMERS = "marts.customer_360"


@dataclass(frozen=True)
class RuleCount:
    """One segment by a rule; `met` also counts customers whom a rule above takes first."""

    segment_id: str
    segment_name: str
    customers: int
    met: int
    spend_365d: Decimal


@dataclass(frozen=True)
class RuleCounts:
    """Counts of every own segment, or why there are none."""

    as_of_date: date | None
    counts: tuple[RuleCount, ...]
    problem: str | None = None


NO_RULES = RuleCounts(None, ())


def count_own_rules(home: Home, settings: Settings) -> RuleCounts:
    """Count over the published tables, which never lock; without rules there is nothing to say."""
    if not settings.own_rules:
        return NO_RULES
    published = home.serving / "strata.duckdb"
    if not published.exists():
        return RuleCounts(None, (), "they are counted once a night has been published")
    try:
        with opened(published.resolve(), home, settings, read_only=True) as connection:
            night = connection.execute(f"select max(as_of_date) from {_CUSTOMERS}").fetchone()
            counts = [
                count for scheme in settings.own_rules for count in _counts(connection, scheme)
            ]
    except duckdb.BinderException as error:
        why = str(error).split("\n")[0]
        return RuleCounts(None, (), f"the published tables are of an earlier version: {why}")
    return RuleCounts(night[0] if night else None, tuple(counts))


def _counts(connection: duckdb.DuckDBPyConnection, scheme: OwnScheme) -> Iterator[RuleCount]:
    conditions = [
        f"coalesce(try({segment.predicate.sql}), false)"
        if isinstance(segment, OwnSegment)
        else f"not ({' or '.join(f'met_{place}' for place in range(1, len(scheme.segments) + 1))})"
        for segment in scheme.named
    ]
    flags = ", ".join(f"{sql} as met_{place}" for place, sql in enumerate(conditions, start=1))
    for place, segment in enumerate(scheme.named, start=1):
        above = " or ".join(f"met_{each}" for each in range(1, place)) or "false"
        row = connection.execute(
            f"select count(*) filter (where not ({above})), count(*), "
            f"coalesce(sum(spend_365d) filter (where not ({above})), 0) "
            f"from (select spend_365d, {flags} from {_CUSTOMERS}) where met_{place}"
        ).fetchone()
        assert row is not None
        yield RuleCount(scheme.segment_id(segment), segment.name, *row)
