"""Pictures small enough to stand in an event: SVG written by hand, as Markdown with a data URI."""

import base64
from collections.abc import Sequence
from xml.sax.saxutils import escape

# Readable on Dagster's light and its dark page.
INK, BLUE, ORANGE, GREY = "#888", "#3b82c4", "#d9822b", "#8a97a6"
ROW = 18


def picture(body: str, alt: str, *, width: int, height: int) -> str:
    """Return Markdown with the drawing in it; Dagster's page asks nobody else for it."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}">{body}</svg>'
    )
    return f"![{alt}](data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()})"


def line(
    values: Sequence[float], alt: str, *, first: str, last: str, top: str, width: int = 260
) -> str:
    """Return a curve over equal steps from 0 to its highest value, with its two ends named."""
    height = 60
    highest = max([*values, 1e-9])
    step = width / max(len(values) - 1, 1)
    points = " ".join(
        f"{round(place * step)},{round(14 + (height - 14) * (1 - max(value, 0.0) / highest))}"
        for place, value in enumerate(values)
    )
    body = (
        f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'<text y="10">{escape(top)}</text><text y="{height + 14}">{first}</text>'
        f'<text x="{width}" y="{height + 14}" text-anchor="end">{last}</text>'
    )
    return picture(body, alt, width=width, height=height + 18)


def intervals(rows: Sequence[tuple[str, float, float, float]], caption: str) -> str:
    """Return a dot with its interval a row: name, estimate, low, high; a line stands at zero."""
    names, width = 150, 420
    low = min(0.0, *(row[2] for row in rows))
    high = max(1e-9, *(row[3] for row in rows))

    def x(value: float) -> int:
        return round(names + (width - names - 10) * (value - low) / (high - low))

    marks = [f'<path d="M{x(0)} 0v{ROW * len(rows)}" stroke="{GREY}"/>']
    for place, (name, estimate, least, most) in enumerate(rows):
        y = ROW * place + 10
        marks.append(
            f'<text y="{y + 4}">{escape(name)}</text>'
            f'<path d="M{x(least)} {y}H{x(most)}" stroke="{BLUE}" stroke-width="2"/>'
            f'<circle cx="{x(estimate)}" cy="{y}" r="4" fill="{BLUE}"/>'
        )
    marks.append(f'<text y="{ROW * len(rows) + 14}">{escape(caption)}</text>')
    return picture("".join(marks), caption, width=width, height=ROW * (len(rows) + 1) + 2)


def heat_map(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]], caption: str
) -> str:
    """Return a grid of coloured cells: orange below 0, blue above, full at 1.5 either way."""
    left, top = 180, 18
    cell = max(62, 7 * max(len(name) for name in columns))
    marks = [
        f'<text x="{left + cell * place}" y="11">{escape(name)}</text>'
        for place, name in enumerate(columns)
    ]
    for down, (name, row) in enumerate(zip(rows, values, strict=True)):
        y = top + ROW * down
        marks.append(f'<text y="{y + 13}">{escape(name)}</text>')
        for across, value in enumerate(row):
            x, colour = left + cell * across, BLUE if value > 0 else ORANGE
            strength = min(abs(value) / 1.5, 1.0)
            ink = "#fff" if strength > 0.5 else INK
            marks.append(
                f'<rect x="{x}" y="{y}" width="{cell - 2}" height="{ROW - 2}" fill="{colour}" '
                f'fill-opacity="{strength:.2f}"/>'
                f'<text x="{x + 6}" y="{y + 12}" fill="{ink}">{value:+.1f}</text>'
            )
    bottom = top + ROW * len(rows)
    marks.append(f'<text y="{bottom + 14}">{escape(caption)}</text>')
    return picture(
        "".join(marks), caption, width=left + cell * len(columns), height=bottom + ROW + 2
    )
