"""The pictures of the page: segments by size and money, the RFM grid, profiles, revenue."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean

from markupsafe import Markup

from orchestration.reporting.canvas import Canvas
from orchestration.reporting.figures import Group, NightFigures, Segment
from orchestration.reporting.wording import Wording

INK, QUIET, FAINT, RULE = "#16202c", "#5b6776", "#6b7684", "#e6e9ed"
PEOPLE, MONEY, WARM = "#8494a7", "#0f766e", "#c2703d"

COLUMN = 400.0
"""Width of a picture: letters stay readable from a phone's 330 pixels to half a desktop page."""

REPEATED = {"frequency": "orders_365d", "monetary": "spend_365d"}
"""Features of the RFM window, not told beside the same over 365 days."""

MEAN_DAYS = 28
"""Four whole weeks, so that weekdays do not show."""

LEAST_RATIO = 0.01
"""A smaller share of everybody's mean is told as less than this one; 0 is told as 0."""


def segment_name(segment: Segment, words: Wording) -> str:
    """Return a segment's name in the page's language, its id if it has none."""
    column = "segment_name_zh" if words.language == "zh" else "segment_name"
    return segment.facts.get(column) or segment.facts.get("segment_name") or segment.segment_id


def spend_index(segment: Segment) -> float | None:
    """Return what a customer of the segment spends against the average one (100 = the same)."""
    if segment.group.is_hidden or segment.spend_share is None or not segment.customer_share:
        return None
    return 100 * segment.spend_share / segment.customer_share


def segment_bars(scheme: str, segments: list[Segment], words: Wording) -> Markup:
    """Draw each segment's share of customers over its share of spend."""
    row, bar, top = 54.0, 11.0, 13.0
    label = f"{words.known(f'scheme.{scheme}', scheme)}: {words('legend.share')}"
    canvas = Canvas(COLUMN, top + row * len(segments) - 6, label)
    shown = [segment for segment in segments if not segment.group.is_hidden]
    shares = [share for segment in shown for share in (segment.customer_share, segment.spend_share)]
    largest = max([share for share in shares if share] or [1.0])
    scale = (COLUMN - 150) / largest
    for place, segment in enumerate(segments):
        y = top + place * row
        canvas.text(0, y, segment_name(segment, words), size=14, is_bold=True, color=INK)
        if (index := spend_index(segment)) is not None:
            canvas.text(COLUMN, y, times(index), size=13, color=QUIET, anchor="right")
        if segment.group.is_hidden:
            canvas.text(0, y + 18, words("legend.hidden"), size=13, color=FAINT)
            continue
        lines = [
            (segment.customer_share, words.customers(segment.group), PEOPLE),
            (segment.spend_share or 0.0, words.spend(segment.group), MONEY),
        ]
        for line, (share, text, color) in enumerate(lines):
            length, at = max(1.5, share * scale), y + 7 + line * (bar + 3)
            canvas.box(0, at, length, bar, color)
            told = f"{words.share(share)}  ·  {text}"
            canvas.text(length + 7, at + bar - 1.5, told, size=13, color=QUIET)
    return canvas.svg()


def grid_of(night: NightFigures) -> dict[tuple[int, int], Group]:
    """Return the customers by scores of recency, and of frequency and money together."""
    squares: dict[tuple[int, int], tuple[int, Decimal]] = {}
    for row in night.grid:
        if row["r_score"] is not None:
            place = (row["r_score"], row["fm_score"])
            customers, spend = squares.get(place, (0, Decimal(0)))
            squares[place] = (customers + row["customers"], spend + row["spend"])
    return {place: night.group(("grid", *place), *found) for place, found in squares.items()}


def rfm_grid(night: NightFigures, words: Wording) -> Markup:
    """Draw recency against frequency and money; the darker, the more was spent."""
    grid = grid_of(night)
    left, top, cell, gap = 24.0, 2.0, 72.0, 4.0
    canvas = Canvas(COLUMN, top + 5 * (56 + gap) + 40, words("rfm.title"))
    largest = max([group.spend for group in grid.values() if not group.is_hidden] or [Decimal(1)])
    for r_score in range(1, 6):
        y = top + (5 - r_score) * (56 + gap)
        canvas.text(7, y + 33, str(r_score), size=12, color=QUIET, anchor="center", is_bold=True)
        for fm_score in range(1, 6):
            x = left + (fm_score - 1) * (cell + gap)
            group = grid.get((r_score, fm_score), Group(0, Decimal(0)))
            shown = group.customers > 0 and not group.is_hidden
            depth = math.sqrt(max(0.0, float(group.spend / largest))) if shown and largest else 0.0
            canvas.box(x, y, cell, 56, mixed("#f1f4f6", MONEY, depth), radius=5)
            color = "#ffffff" if depth > 0.8 else (INK if shown else FAINT)
            told = words.customers(group) if group.customers else "·"
            middle = x + cell / 2
            canvas.text(
                middle,
                y + (26 if shown else 33),
                told,
                size=14,
                is_bold=True,
                color=color,
                anchor="center",
            )
            if shown:
                canvas.text(
                    middle, y + 43, words.spend(group), size=11, color=color, anchor="center"
                )
    bottom = top + 5 * (56 + gap) + 12
    for fm_score in range(1, 6):
        x = left + (fm_score - 1) * (cell + gap) + cell / 2
        canvas.text(x, bottom, str(fm_score), size=12, color=QUIET, anchor="center", is_bold=True)
    canvas.text(left, bottom + 21, words("rfm.axis"), size=11.5, color=QUIET)
    return canvas.svg()


def profile(index: dict[str, float], label: str, words: Wording) -> Markup:
    """Draw how far a segment's means lie from everybody's, on a scale of ratios."""
    width, row, axis, reach = 340.0, 21.0, 222.0, 62.0
    features = strongest(index, 7)
    canvas = Canvas(width, row * len(features) + 4, label)
    canvas.line([axis, axis], [0, row * len(features) + 2], "#c9d0d8")
    for place, feature in enumerate(features):
        y = place * row + 4
        ratio = max(index[feature], 1) / 100
        length = max(-1.0, min(1.0, math.log(ratio) / math.log(4))) * reach
        canvas.text(0, y + 11, words.known(f"feature.{feature}", feature), size=11.5, color=INK)
        start = axis if length >= 0 else axis + length
        canvas.box(start, y + 1, abs(length), 12, MONEY if length >= 0 else WARM)
        canvas.text(width, y + 11, times(index[feature]), size=11.5, color=QUIET, anchor="right")
    return canvas.svg()


def strongest(index: Mapping[str, float], count: int) -> list[str]:
    """Return the features whose means lie furthest from everybody's, the furthest first."""
    told = [feature for feature in index if REPEATED.get(feature) not in index]
    return sorted(told, key=lambda feature: -abs(math.log(max(index[feature], 1) / 100)))[:count]


def times(index: float) -> str:
    """Write a mean against everybody's (100 = the same) as a multiple.

    Less than 0 is a mean of the other sign than everybody's.
    """
    ratio = index / 100
    size, sign = abs(ratio), "−" if ratio < 0 else ""
    if size == 0:
        return "×0"
    if size < LEAST_RATIO:
        return f"{'>' if sign else '<'}×{sign}{LEAST_RATIO}"
    return f"×{sign}{size:.{0 if size >= 10 else 1 if size >= 0.1 else 2}f}"


def revenue_line(night: NightFigures, words: Wording, *, width: float, height: float) -> Markup:
    """Draw the money of each day of the last year and its mean over 28 days."""
    canvas = Canvas(width, height, words("revenue.title"))
    by_day = {day: float(amount) for day, amount in night.daily}
    first = min(by_day)
    days = [first + timedelta(days=i) for i in range((max(by_day) - first).days + 1)]
    amounts = [by_day.get(day, 0.0) for day in days]
    means = [
        fmean(amounts[max(0, place - MEAN_DAYS + 1) : place + 1]) for place in range(len(days))
    ]
    step = _round_step(max([*amounts, 1.0]) / 3)
    ceiling = step * math.ceil(max([*amounts, 1.0]) / step)
    floor = -step * math.ceil(-min([*amounts, 0.0]) / step)
    left, top, bottom = 58.0, 8.0, height - 24

    def x_of(day: date) -> float:
        span = max(1, (days[-1] - days[0]).days)
        return left + (width - left) * (day - days[0]).days / span

    def y_of(amount: float) -> float:
        return bottom - (bottom - top) * (amount - floor) / (ceiling - floor)

    for line in range(round((ceiling - floor) / step) + 1):
        amount = floor + line * step
        canvas.line([left, width], [y_of(amount)] * 2, RULE)
        canvas.text(
            left - 8, y_of(amount) + 4, words.money(amount), size=11, color=FAINT, anchor="right"
        )
    xs = [x_of(day) for day in days]
    canvas.area(xs, [y_of(amount) for amount in amounts], y_of(0), "#d5e6e4")
    # A mean over fewer days than 28 would swing at the left edge and say nothing.
    whole = MEAN_DAYS - 1 if len(days) > 2 * MEAN_DAYS else 0
    canvas.line(xs[whole:], [y_of(amount) for amount in means[whole:]], MONEY, width=2)
    every = 2 if width < 600 else 1
    months = [day for day in days if day.day == 1]
    for day in months[::every]:
        if x_of(day) < width - 24:
            canvas.text(x_of(day), height - 6, words.month(day), size=11, color=QUIET)
    return canvas.svg()


def _round_step(value: float) -> float:
    """Return the least of 1, 2, 2.5, 5 times a power of ten that is not below a value."""
    power = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def mixed(light: str, dark: str, depth: float) -> str:
    """Return the colour that lies a share of the way from light to dark."""
    pairs = zip(bytes.fromhex(light[1:]), bytes.fromhex(dark[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * depth):02x}" for a, b in pairs)
