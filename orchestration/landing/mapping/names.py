"""Finding the columns of a mapping among those of a file."""

import difflib
from collections.abc import Sequence

from orchestration.errors import LandingError
from orchestration.landing.mapping.settings import Mapping, Reading


def locate(mapping: Mapping, column: str, names: Sequence[str]) -> tuple[int, str] | None:
    """Return the place of a column among a file's, None if it is not there.

    With it the path within that column, empty if the column itself is meant: `device.category` is
    `category` in the nested column `device`, if no column has the whole name.
    """
    places = {each.strip().lower(): place for place, each in enumerate(names)}
    for name in mapping.names_of(column):
        if name in places:
            return places[name], ""
    head, _, path = column.partition(".")
    return (places[head.lower()], path) if path and head.lower() in places else None


def missing_columns(reading: Reading, names: Sequence[str]) -> list[str]:
    """List the columns that a reading looks at and a file with these names does not have."""
    optional = {name.lower() for name in reading.mapping.optional}
    return [
        name
        for name in reading.columns
        if name.lower() not in optional and locate(reading.mapping, name, names) is None
    ]


def unexpected_columns(mapping: Mapping, names: Sequence[str]) -> list[str]:
    """List the columns of a file that a mapping neither looks at nor names."""
    named = (*mapping.all_reads, *mapping.unused, *mapping.optional, *mapping.fill_down)
    known = {each for name in named for each in mapping.names_of(name)}
    known |= {each.partition(".")[0] for each in known}
    return [name for name in names if name.strip().lower() not in known]


def misfit(reading: Reading, names: Sequence[str]) -> str | None:
    """Say which columns a file lacks and which it has instead; None if it lacks none."""
    missing = missing_columns(reading, names)
    if not missing:
        return None
    unexpected = unexpected_columns(reading.mapping, names)
    hints = []
    for name in missing:
        near = difflib.get_close_matches(name.lower(), [n.lower() for n in unexpected], n=1)
        meant = [each for each in unexpected if near and each.lower() == near[0]]
        hints.append(f"`{name}`" + (f" (did you mean `{meant[0]}`?)" if meant else ""))
    instead = f"It has {listed(unexpected)}, which it does not know. " if unexpected else ""
    return (
        f"the file lacks columns that the mapping {reading.mapping.name} looks at: "
        f"{', '.join(hints)}. {instead}Export it with these columns, or change `landing.mapping`: "
        "name the file's own columns there, or list under `optional` what a file may lack."
    )


def refuse_a_misfit(label: str, reading: Reading, names: Sequence[str]) -> None:
    """Raise if a file lacks columns that its mapping looks at.

    Raises
    ------
    LandingError
        Naming the file, the columns, and what to do.
    """
    words = misfit(reading, names)
    if words is not None:
        raise LandingError(f"{label}: {words}")


def listed(names: Sequence[str]) -> str:
    """Return names in a row, each marked as such."""
    return ", ".join(f"`{name}`" for name in names)
