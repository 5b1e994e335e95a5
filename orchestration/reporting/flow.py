"""The picture of who went where: segments then at the left, segments now at the right."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from orchestration.reporting.canvas import Canvas
from orchestration.reporting.charts import FAINT, INK, MONEY, QUIET, WARM, mixed
from orchestration.reporting.derivation import Key
from orchestration.reporting.figures import Group, NightFigures
from orchestration.reporting.flow_protection import FLOWING
from orchestration.reporting.migration import (
    Migration,
    Place,
    migrations_of,
    names_of,
    places_of,
)
from orchestration.reporting.wording import Wording

BAND_HEIGHT = 280.0
"""Of all customers together, in pixels; the gaps between segments come on top."""
SLOT = 21.0
"""Least distance of two segments: a line of text."""
GAP = 6.0
BAR = 9.0
PALE = "#b9c3ce"


@dataclass(frozen=True)
class _Node:
    """One segment of one side: where its bar begins, and how many pixels a customer has."""

    group: Group
    top: float
    height: float


WIDE, NARROW = 960.0, 380.0


def flow_pictures(night: NightFigures, words: Wording) -> list[dict[str, Any]]:
    """Return the pictures of a month and of the longest span that is known, for desk and phone."""
    names = names_of(night, words)
    of_month = [flow for each in night.earlier if each.kind == "month" for flow in each.flows]
    spans = [("month", migrations_of(of_month)), ("year", migrations_of(night.migrations))]
    pictures = []
    for scheme in FLOWING:
        begun = set()
        for kind, migrations in spans:
            for migration in migrations:
                if migration.scheme != scheme or migration.first_night in begun:
                    continue
                begun.add(migration.first_night)
                draw = partial(flow_picture, migration, kind, night, names, words)
                pictures.append(
                    {
                        "title": words(
                            "flow.title",
                            scheme=words.known(f"scheme.{scheme}", scheme),
                            first=words.date(migration.first_night),
                            night=words.date(night.as_of_date),
                        ),
                        "wide": draw(width=WIDE),
                        "narrow": draw(width=NARROW),
                    }
                )
    return pictures


def flow_picture(
    migration: Migration,
    kind: str,
    night: NightFigures,
    names: dict[str, str],
    words: Wording,
    *,
    width: float,
) -> Markup:
    """Draw how many went from each segment to each; hidden numbers have no band.

    Bands have the colour of where they come from, from green for the most valuable segment to
    brown for the least. A bar's part without a band is what is hidden.
    """
    scale = BAND_HEIGHT / max(1, sum(migration.cells.values()))
    sides = [_nodes(migration, kind, night, list(names), scale, side=side) for side in (0, 1)]
    height = max(node.top + max(node.height, SLOT) for side in sides for node in side.values())
    label = words(
        "flow.label",
        first=words.date(migration.first_night),
        night=words.date(night.as_of_date),
    )
    canvas = Canvas(width, height + 4, label)
    reach = 132.0 if width < 600 else 230.0
    colors = _colors(sides[0])
    offsets = [dict.fromkeys(side, 0.0) for side in sides]
    for then, left in sides[0].items():
        for now, right in sides[1].items():
            group = migration.group(night, then, now, kind)
            if not group.customers or group.is_hidden:
                continue
            thick = group.customers * scale
            ends = []
            for side, (place, node) in enumerate(((then, left), (now, right))):
                top = node.top + offsets[side][place]
                offsets[side][place] += thick
                x = reach + BAR if side == 0 else width - reach - BAR
                ends.append((x, top, top + thick))
            canvas.band(ends[0], ends[1], colors[then])
    for side, nodes in enumerate(sides):
        x = reach if side == 0 else width - reach - BAR
        for place, node in nodes.items():
            color = colors.get(place, PALE) if side == 0 else QUIET
            canvas.box(x, node.top, BAR, node.height, color, radius=1)
            name = words("migration.absent") if place is None else names.get(place) or place
            told = words.customers(node.group)
            _write(canvas, name, told, node.top, side=side, reach=reach, width=width)
    return canvas.svg()


def _write(
    canvas: Canvas, name: str, told: str, top: float, *, side: int, reach: float, width: float
) -> None:
    """Write a segment's name and number beside its bar, the number nearer to it."""
    number = 8 + 7.0 * len(told)
    if side == 0:
        canvas.text(reach - 6, top + 11, told, size=11.5, color=QUIET, anchor="right")
        canvas.text(reach - 6 - number, top + 11, name, size=11.5, color=INK, anchor="right")
    else:
        x = width - reach + 6
        canvas.text(x, top + 11, told, size=11.5, color=QUIET)
        canvas.text(x + number, top + 11, name, size=11.5, color=INK)


def _nodes(
    migration: Migration,
    kind: str,
    night: NightFigures,
    order: list[str],
    scale: float,
    *,
    side: int,
) -> dict[Place, _Node]:
    """Lay the segments of one side out from top to bottom, the most valuable first."""
    nodes: dict[Place, _Node] = {}
    top = 2.0
    for place in places_of(migration, side, order):
        count = sum(found for pair, found in migration.cells.items() if pair[side] == place)
        key: Key = ("now", migration.scheme, place)
        if side == 0 or place is None:
            key = (("then", "now")[side], kind, migration.scheme, place)
        group = night.group(key, count)
        height = BAR if group.is_hidden else max(2.0, count * scale)
        nodes[place] = _Node(group, top, height)
        top += max(height + GAP, SLOT)
    return nodes


def _colors(nodes: dict[Place, _Node]) -> dict[Place, str]:
    """Return a colour for each segment, from green over grey to brown."""
    places = [place for place in nodes if place is not None]
    last = max(1, len(places) - 1)
    colors: dict[Place, str] = {None: FAINT}
    for rank, place in enumerate(places):
        depth = rank / last
        colors[place] = (
            mixed(MONEY, PALE, depth * 2) if depth <= 0.5 else mixed(PALE, WARM, depth * 2 - 1)
        )
    return colors
