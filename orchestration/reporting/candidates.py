"""The picture of the clusterings that were tried when the model learned last."""

from markupsafe import Markup

from orchestration.reporting.canvas import Canvas
from orchestration.reporting.charts import COLUMN, FAINT, INK, MONEY, QUIET, RULE, WARM
from orchestration.reporting.figures import Row
from orchestration.reporting.wording import Wording

PANELS = ("silhouette", "stability", "separation")
METHOD_COLORS = {"kmeans": MONEY, "gaussian_mixture": WARM}
LIMITS = {"silhouette": "null_silhouette_95", "stability": "null_stability_95"}
"""Columns of what data without clusters reach."""
PANEL_HEIGHT = 128.0
DOT = 7.0


def candidates_picture(candidates: list[Row], words: Wording) -> Markup | None:
    """Draw each measure of every candidate by its number of clusters, methods by colour.

    The band marks what was selected, its figure stands in the title; short bars are what data
    without clusters reach.
    """
    if not candidates:
        return None
    panels = [
        name for name in PANELS if any(candidate[name] is not None for candidate in candidates)
    ]
    canvas = Canvas(COLUMN, PANEL_HEIGHT * len(panels) + 8, words("candidates.title"))
    for place, name in enumerate(panels):
        _draw_panel(canvas, name, candidates, place * PANEL_HEIGHT, words)
    return canvas.svg()


def _draw_panel(
    canvas: Canvas, name: str, candidates: list[Row], top: float, words: Wording
) -> None:
    """Draw one measure; the scale begins at zero and ends at the largest figure drawn."""
    numbers: list[int] = sorted({candidate["n_clusters"] for candidate in candidates})
    left, right = 16.0, COLUMN - 16
    floor, ceiling = top + PANEL_HEIGHT - 26, top + 24
    drawn = [
        candidate[column]
        for candidate in candidates
        for column in (name, LIMITS.get(name))
        if column is not None and candidate[column] is not None
    ]
    largest: float = max([*drawn, 1e-9])

    def x_of(number: int) -> float:
        return left + (right - left) * (number - numbers[0]) / max(1, numbers[-1] - numbers[0])

    def y_of(value: float) -> float:
        return floor - (floor - ceiling) * max(0.0, value) / largest

    taken = [candidate[name] for candidate in candidates if candidate["is_chosen"]]
    title = words(f"candidates.{name}") + "".join(f": {words.decimal(value)}" for value in taken)
    canvas.text(0, top + 12, title, size=13, is_bold=True, color=INK)
    canvas.line([left, right], [floor, floor], RULE)
    for candidate in candidates:
        if candidate["is_chosen"]:
            canvas.box(
                x_of(candidate["n_clusters"]) - 11, ceiling - 6, 22, floor - ceiling + 6, RULE
            )
    for number in numbers:
        canvas.text(x_of(number), floor + 15, str(number), size=11, color=QUIET, anchor="center")
    for candidate in candidates:
        x = x_of(candidate["n_clusters"])
        limit = candidate[LIMITS[name]] if name in LIMITS else None
        if limit is not None:
            canvas.line([x - 8, x + 8], [y_of(limit)] * 2, FAINT, width=1.5)
        if candidate[name] is None:
            continue
        color = METHOD_COLORS.get(candidate["method"], INK)
        side = -DOT / 2 - 1 if candidate["method"] == "kmeans" else DOT / 2 + 1
        canvas.box(x + side - DOT / 2, y_of(candidate[name]) - DOT / 2, DOT, DOT, color, radius=3.5)
