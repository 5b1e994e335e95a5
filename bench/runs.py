"""The nights of one benchmark, each run once however many cases look at it."""

from collections.abc import Callable

from bench.data import Size
from bench.nights import Installation, Pair
from bench.options import Options
from bench.results import gibibytes, seconds

Progress = Callable[[str], None]


class Nights:
    """First and next nights by size; asked for again, they are not run again."""

    def __init__(self, options: Options, progress: Progress) -> None:
        self._options = options
        self._progress = progress
        self._first: dict[Size, list[Pair]] = {}
        self._next: dict[Size, list[Pair]] = {}
        self._installed: dict[Size, Installation] = {}

    @property
    def size(self) -> Size:
        return self.size_of(self._options.customers, self._options.days)

    def size_of(self, customers: int, days: int) -> Size:
        return Size(customers, days, self._options.seed)

    def installation(self, size: Size) -> Installation:
        """Return the homes that stand at the last night of a size."""
        self.first(size)
        return self._installed[size]

    def first(self, size: Size) -> list[Pair]:
        """Return the first nights of a history, from nothing each."""
        if size not in self._first:
            installation = Installation(self._options, size, place=len(self._installed))
            self._installed[size] = installation
            pairs = []
            for turn in range(self._options.repeat):
                self._progress(
                    f"First night of {size.lines:,} lines, {turn + 1} of {self._options.repeat} …"
                )
                pairs.append(self._told(installation.first_night()))
            self._first[size] = pairs
        return self._first[size]

    def next(self, size: Size) -> list[Pair]:
        """Return the nights after the first one, each with the lines of one day more."""
        if size not in self._next:
            installation = self.installation(size)
            pairs = []
            for turn in range(1, self._options.repeat + 1):
                self._progress(
                    f"Next night after {size.lines:,} lines, {turn} of {self._options.repeat} …"
                )
                pairs.append(self._told(installation.next_night(turn)))
            self._next[size] = pairs
        return self._next[size]

    def remove(self) -> None:
        """Give the disk back."""
        for installation in self._installed.values():
            installation.remove()

    def _told(self, pair: Pair) -> Pair:
        strata, bare = pair.strata.process, pair.bare.process
        self._progress(
            f"  Strata {seconds(strata.seconds)}, {gibibytes(strata.peak_bytes)}; "
            f"bare script {seconds(bare.seconds)}, {gibibytes(bare.peak_bytes)}"
        )
        return pair
