"""How many went from each segment to each between an earlier night and this one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from orchestration.reporting.figures import Group, NightFigures, Row
from orchestration.reporting.wording import Wording

Place = str | None


@dataclass(frozen=True)
class Migration:
    """One scheme's customers by segment on an earlier night and on this one.

    Attributes
    ----------
    cells
        Customers by segment then and segment now; None is not to be in the scheme.
    """

    scheme: str
    first_night: date
    has_new_rules: bool
    cells: dict[tuple[Place, Place], int]

    def customers_from(self, then: Place) -> int:
        """Return how many were in a segment then."""
        return sum(count for (origin, _), count in self.cells.items() if origin == then)

    @property
    def stayed_share(self) -> float | None:
        """Return the share of those who were there that are in the same segment now."""
        there = sum(count for (then, _), count in self.cells.items() if then is not None)
        stayed = sum(count for (then, now), count in self.cells.items() if then == now)
        return stayed / there if there else None


def migrations_of(rows: list[Row]) -> list[Migration]:
    """Return the migrations that rows of scheme, from, to and customers tell, by scheme."""
    by_scheme: dict[str, list[Row]] = {}
    for row in rows:
        by_scheme.setdefault(row["scheme"], []).append(row)
    return [
        Migration(
            scheme,
            found[0]["first_night"],
            any(row["has_new_rules"] for row in found),
            {(row["from_segment_id"], row["to_segment_id"]): row["customers"] for row in found},
        )
        for scheme, found in by_scheme.items()
    ]


def migration_tables(night: NightFigures, words: Wording) -> list[Row]:
    """Return the heat tables of the page, in the order of its schemes."""
    found = {migration.scheme: migration for migration in migrations_of(night.migrations)}
    names = {
        row["segment_id"]: row["segment_name_zh" if words.language == "zh" else "segment_name"]
        for row in night.segments
    }
    return [_table(found[scheme], names, words) for scheme in night.schemes if scheme in found]


def _table(migration: Migration, names: dict[str, str], words: Wording) -> Row:
    """Lay one migration out, the most valuable segments first, absence last."""
    order = {segment_id: place for place, segment_id in enumerate(names)}

    def sorted_places(side: int) -> list[Place]:
        places = {pair[side] for pair in migration.cells}
        known = sorted(
            (place for place in places if place is not None),
            key=lambda place: (order.get(place, len(order)), place),
        )
        return [*known, *([None] if None in places else [])]

    columns = sorted_places(1)
    return {
        "title": words.known(f"scheme.{migration.scheme}", migration.scheme),
        "first": words.date(migration.first_night),
        "stayed": words.share(migration.stayed_share),
        "has_new_rules": migration.has_new_rules,
        "columns": [_name(now, names, words) for now in columns],
        "rows": [
            {
                "name": _name(then, names, words),
                "customers": words.customers(Group(migration.customers_from(then), Decimal(0))),
                "cells": [_cell(migration, then, now, words) for now in columns],
            }
            for then in sorted_places(0)
        ],
    }


def _cell(migration: Migration, then: Place, now: Place, words: Wording) -> dict[str, Any]:
    """Return what one cell shows: nothing of a small one but that it is small."""
    group = Group(migration.cells.get((then, now), 0), Decimal(0))
    share = group.customers / migration.customers_from(then)
    is_told = group.customers > 0 and not group.is_small
    return {
        "customers": words.customers(group) if group.customers else "",
        "share": words.share(share) if is_told else "",
        "depth": round(share, 2) if is_told else 0,
        "is_stay": then == now and then is not None,
    }


def _name(place: Place, names: dict[str, str], words: Wording) -> str:
    return words("migration.absent") if place is None else names.get(place) or place
