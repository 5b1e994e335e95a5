"""A drawing in pixels that becomes inline SVG; matplotlib writes it, the page's fonts letter it."""

import html
import io
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

_RC = {"svg.fonttype": "none", "font.family": "sans-serif"}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


class Canvas:
    """One picture, its origin at the top left, one unit a pixel at full width.

    Texts are drawn as tokens and put into the finished SVG, escaped: so they may be in any script
    (matplotlib's own font has no Chinese) and never read as mathematics (`$`).
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        # matplotlib takes longer to import than the rest of the page takes to make.
        from matplotlib.figure import Figure

        self._label = label
        self._texts: list[str] = []
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.axis("off")

    def box(
        self, x: float, y: float, width: float, height: float, color: str, *, radius: float = 2
    ) -> None:
        """Fill a rectangle with rounded corners; nothing if it has no width."""
        from matplotlib.patches import FancyBboxPatch

        if width <= 0:
            return
        radius = min(radius, width / 2, height / 2)
        style = f"round,pad=0,rounding_size={radius}"
        patch = FancyBboxPatch(
            (x, y), width, height, boxstyle=style, facecolor=color, linewidth=0, clip_on=False
        )
        self._axes.add_patch(patch)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        color: str = "#1f2937",
        is_bold: bool = False,
        anchor: str = "left",
    ) -> None:
        """Write a text with its baseline at `y`."""
        token = f"@{len(self._texts)}@"
        self._texts.append(text)
        self._axes.text(
            x,
            y,
            token,
            size=size,
            color=color,
            weight="bold" if is_bold else "normal",
            ha=anchor,
            va="baseline",
        )

    def line(
        self, xs: Sequence[float], ys: Sequence[float], color: str, *, width: float = 1
    ) -> None:
        """Draw a line through points."""
        self._axes.plot(xs, ys, color=color, linewidth=width, solid_joinstyle="round")

    def area(self, xs: Sequence[float], ys: Sequence[float], base: float, color: str) -> None:
        """Fill the area between points and a horizontal base."""
        self._axes.fill_between(xs, ys, base, color=color, linewidth=0)

    def band(
        self, left: tuple[float, float, float], right: tuple[float, float, float], color: str
    ) -> None:
        """Fill a band that flows from one side to another; each side is x, top and bottom."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        (x, top, bottom), (to_x, to_top, to_bottom) = left, right
        middle = (x + to_x) / 2
        points = [
            (x, top),
            (middle, top),
            (middle, to_top),
            (to_x, to_top),
            (to_x, to_bottom),
            (middle, to_bottom),
            (middle, bottom),
            (x, bottom),
            (x, top),
        ]
        curve, line = [Path.CURVE4] * 3, Path.LINETO
        path = Path(points, [Path.MOVETO, *curve, line, *curve, line])
        self._axes.add_patch(PathPatch(path, facecolor=color, alpha=0.5, linewidth=0))

    def svg(self) -> Markup:
        """Return the picture as an `<svg>` element that scales with its column."""
        import matplotlib as mpl

        buffer = io.StringIO()
        # Names of clipped areas: the same every time, and no two pictures' on one page.
        settings: dict[Any, Any] = _RC | {"svg.hashsalt": f"{self._label} {self._texts}"}
        with mpl.rc_context(settings):
            self._figure.savefig(buffer, format="svg", metadata=_NO_METADATA, transparent=True)
        drawn = buffer.getvalue()
        drawn = drawn[drawn.index("<svg") :]
        drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
        drawn = re.sub(r'<g id="[^"]*"', "<g", drawn)
        drawn = re.sub(r"<!--.*?-->", "", drawn, flags=re.DOTALL)
        drawn = re.sub(r"font: (?:(\d+) )?([\d.]+)px [^;\"]*", _font, drawn)
        drawn = re.sub(r">\s+<", "><", drawn)
        view_box = re.search(r'viewBox="[^"]*"', drawn)
        start = f'<svg role="img" aria-label="{html.escape(self._label)}" '
        start += f"{view_box.group() if view_box else ''}>"
        drawn = start + drawn[drawn.index(">") + 1 :]
        return Markup(re.sub(r"@(\d+)@", self._escaped_text, drawn))  # noqa: S704  escaped above

    def _escaped_text(self, token: re.Match[str]) -> str:
        return html.escape(self._texts[int(token.group(1))])


def _font(found: re.Match[str]) -> str:
    """Keep weight and size; the family is the page's, and its bold the page's weight."""
    return f"font-weight: {600 if found.group(1) else 400}; font-size: {found.group(2)}px"
