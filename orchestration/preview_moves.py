"""Who would be in another segment, scheme by scheme, and how much money moves with them."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

PUBLISHED = "published"
TOP_MOVES = 5
NOWHERE = "(no segment)"


@dataclass(frozen=True)
class Move:
    """Customers who go from one segment to another; None stands for being in none."""

    from_segment_id: str | None
    to_segment_id: str | None
    customers: int
    spend_365d: Decimal


@dataclass(frozen=True)
class SchemeMoves:
    """What would move in one scheme, the largest moves first; none if everybody stays."""

    scheme: str
    moves: tuple[Move, ...]

    @property
    def customers(self) -> int:
        return sum(move.customers for move in self.moves)

    @property
    def spend_365d(self) -> Decimal:
        return sum((move.spend_365d for move in self.moves), Decimal(0))


@dataclass(frozen=True)
class Changed:
    """One setting that is another than on the night; None where there is none."""

    setting: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Preview:
    """What edited settings would change on the night that is published."""

    as_of_date: date
    run_id: str
    settings_file: str
    currency: str | None
    changed: tuple[Changed, ...]
    customers: int
    schemes: tuple[SchemeMoves, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "as_of_date": str(self.as_of_date),
            "run_id": self.run_id,
            "settings_file": self.settings_file,
            "changed": [asdict(each) for each in self.changed],
            "customers": self.customers,
            "schemes": [
                {
                    "scheme": each.scheme,
                    "customers": each.customers,
                    "spend_365d": str(each.spend_365d),
                    "moves": [
                        {**asdict(move), "spend_365d": str(move.spend_365d)} for move in each.moves
                    ],
                }
                for each in self.schemes
            ],
        }

    def to_text(self) -> str:
        """Return the same as a table for a person."""
        lines = [
            f"The night of {self.as_of_date} (run {self.run_id[:8]}, {self.customers:,} customers) "
            f"under {self.settings_file}:"
        ]
        lines += [f"  {each.setting}: {each.before} -> {each.after}" for each in self.changed]
        if not self.changed:
            lines.append("  the settings are those of the night")
        moving = [each for each in self.schemes if each.moves]
        if moving:
            money = f"spend_365d{f' {self.currency}' if self.currency else ''}"
            lines += ["", f"{'scheme':<44}{'customers':>12}{'share':>9}{money:>20}"]
        for scheme in moving:
            lines.append(self._line(scheme.scheme, scheme.customers, scheme.spend_365d))
            for move in scheme.moves[:TOP_MOVES]:
                ends = (move.from_segment_id or NOWHERE, move.to_segment_id or NOWHERE)
                lines.append(self._line(f"  {' -> '.join(ends)}", move.customers, move.spend_365d))
            rest = scheme.moves[TOP_MOVES:]
            if rest:
                spend = sum((move.spend_365d for move in rest), Decimal(0))
                customers = sum(move.customers for move in rest)
                other = f"  {len(rest)} other move{'s' * (len(rest) > 1)}"
                lines.append(self._line(other, customers, spend))
        still = [each.scheme for each in self.schemes if not each.moves]
        if still:
            lines += ["", f"Nobody moves in: {', '.join(still)}."]
        return "\n".join([*lines, "Nothing was changed."])

    def _line(self, what: str, customers: int, spend: Decimal) -> str:
        share = customers / self.customers if self.customers else 0.0
        # A long pair of segments has a line of its own, so that the figures stay in their columns.
        head = f"{what}\n{'':<44}" if len(what) > 43 else f"{what:<44}"
        return f"{head}{customers:>12,}{share:>9.1%}{spend:>20,.2f}"


def moves_between(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> tuple[int, tuple[SchemeMoves, ...]]:
    """Return the published customers, and what moves from the published segments to those here.

    The published file is attached as `published`. Money is what customers spent in the 365 days up
    to the night, which no setting changes; of one who would be new it is not known.
    """
    rows = connection.execute(
        f"""
        with

        before as (
            select scheme, customer_id, segment_id from {PUBLISHED}.marts.fct_customer_segments
        ),

        after as (
            select scheme, customer_id, segment_id
            from segments.customer_segments
            where as_of_date = ?
        ),

        moves as (
            select
                scheme,
                customer_id,
                before.segment_id as from_segment_id,
                after.segment_id as to_segment_id
            from before
            full outer join after using (scheme, customer_id)
        )

        select
            moves.scheme,
            moves.from_segment_id,
            moves.to_segment_id,
            count(*) as customers,
            coalesce(sum(customers.spend_365d), 0) as spend_365d
        from moves
        left join {PUBLISHED}.marts.customer_360 as customers using (customer_id)
        group by all
        order by
            moves.scheme, customers desc, moves.from_segment_id nulls first,
            moves.to_segment_id nulls first
        """,
        [as_of_date],
    ).fetchall()
    by_scheme: dict[str, list[Move]] = {}
    for scheme, before, after, customers, spend in rows:
        moves = by_scheme.setdefault(scheme, [])
        if before != after:
            moves.append(Move(before, after, customers, spend))
    row = connection.execute(f"select count(*) from {PUBLISHED}.marts.customer_360").fetchone()
    assert row is not None
    schemes = tuple(SchemeMoves(scheme, tuple(moves)) for scheme, moves in by_scheme.items())
    return int(row[0]), schemes
