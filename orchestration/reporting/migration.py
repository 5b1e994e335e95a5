"""How many went from each segment to each between an earlier night and this one."""

from dataclasses import dataclass
from datetime import date
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

    def group(self, night: NightFigures, then: Place, now: Place, kind: str = "year") -> Group:
        """Return who went from one segment to another; knows whether it may be told."""
        key = ("flow", kind, self.scheme, then, now)
        return night.group(key, self.cells.get((then, now), 0))

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
    names = names_of(night, words)
    return [
        _table(found[scheme], night, names, words) for scheme in night.schemes if scheme in found
    ]


def names_of(night: NightFigures, words: Wording) -> dict[str, str]:
    """Return the name of every segment in the page's language, the most valuable first."""
    column = "segment_name_zh" if words.language == "zh" else "segment_name"
    return {row["segment_id"]: row[column] or row["segment_id"] for row in night.segments}


def _table(migration: Migration, night: NightFigures, names: dict[str, str], words: Wording) -> Row:
    """Lay one migration out, the most valuable segments first, absence last."""
    columns = places_of(migration, 1, list(names))
    return {
        "scheme": migration.scheme,
        "title": words.known(f"scheme.{migration.scheme}", migration.scheme),
        "first": words.date(migration.first_night),
        "stayed": None
        if night.is_hidden(("stayed", "year", migration.scheme))
        else words.share(migration.stayed_share),
        "has_new_rules": migration.has_new_rules,
        "columns": [_name(now, names, words) for now in columns],
        "rows": [
            {
                "name": _name(then, names, words),
                "customers": words.customers(
                    night.group(
                        ("then", "year", migration.scheme, then), migration.customers_from(then)
                    )
                ),
                "cells": [_cell(migration, night, then, now, words) for now in columns],
            }
            for then in places_of(migration, 0, list(names))
        ],
    }


def places_of(migration: Migration, side: int, order: list[str]) -> list[Place]:
    """Return the segments of one side, then (0) or now (1), in a given order, absence last."""
    place_of = {segment_id: place for place, segment_id in enumerate(order)}
    places = {pair[side] for pair in migration.cells}
    known = sorted(
        (place for place in places if place is not None),
        key=lambda place: (place_of.get(place, len(order)), place),
    )
    return [*known, *([None] if None in places else [])]


def _cell(
    migration: Migration, night: NightFigures, then: Place, now: Place, words: Wording
) -> dict[str, Any]:
    """Return what one cell shows: of a hidden one as little as of one that holds nobody."""
    group = migration.group(night, then, now)
    share = group.customers / migration.customers_from(then)
    is_told = group.customers > 0 and not group.is_hidden
    return {
        "customers": words.customers(group) if is_told else "",
        "share": words.share(share) if is_told else "",
        "depth": round(share, 2) if is_told else 0,
        "is_stay": then == now and then is not None,
    }


def _name(place: Place, names: dict[str, str], words: Wording) -> str:
    return words("migration.absent") if place is None else names.get(place) or place
