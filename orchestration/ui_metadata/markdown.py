"""Tables and bars of text in Markdown, as the Dagster UI shows them."""

from collections.abc import Sequence

# What is shorter is shown at once; Dagster hides anything longer behind a link (measured on 1.13).
INLINE_CHARACTERS = 1000
FULL_BAR = 12
SHORT_CELL = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; names that begin with `#` are of columns of numbers, set to the right."""
    rule = ["---:" if name.startswith("#") else "---" for name in head]
    names = [name.removeprefix("#") for name in head]
    return "\n".join(
        f"|{'|'.join(cells)}|" for cells in [_escaped(names), rule, *map(_escaped, rows)]
    )


def bar(share: float) -> str:
    """Return a bar of text; a share of 1 is as wide as it gets."""
    eighths = round(min(max(share, 0.0), 1.0) * FULL_BAR * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def _escaped(row: Sequence[str]) -> list[str]:
    """Keep what users name (segments, files) from breaking the table or becoming a link.

    Short names stay on one line: Dagster gives the table half a page.
    """
    cells = [cell.replace("|", "¦").replace("[", "(").replace("]", ")") for cell in row]
    return [
        cell.replace(" ", "\N{NO-BREAK SPACE}") if len(cell) < SHORT_CELL else cell
        for cell in cells
    ]
