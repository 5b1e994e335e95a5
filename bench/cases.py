"""The cases about whole nights: the first, the next, the next after longer histories."""

from collections.abc import Callable, Iterable

from bench.data import Size
from bench.nights import LINE_SCHEMAS, Installation, Pair, StrataNight
from bench.options import Options
from bench.results import Case, Line, gibibytes, median, seconds

Progress = Callable[[str], None]

FIRST_NIGHT_RATIO = 3.0
# Up to 50 M lines, and beyond.
PEAK_GIB = {50_000_000: 8, 100_000_000: 12}
LINE_STEPS_SHARE = 0.05
NEXT_NIGHT_RATIO = 1.5
NEXT_NIGHT_FIXED_SECONDS = 40
HISTORY_SHARES = (0.1, 0.4, 1.0)
HISTORY_SPREAD = 1.3
# The shortest history that can be generated.
MIN_DAYS = 60

_MODELS = ("behaviour", "ml__cadence_parameters")
_PUBLISH = ("serving__strata",)
# Step by step: what Strata took, what the bare script took for the same.
_PARTS: tuple[tuple[str, Callable[[StrataNight], float], tuple[str, ...]], ...] = (
    ("ingest", lambda night: night.steps["ingest"], ("raw",)),
    (
        "staging, core",
        lambda night: night.seconds_of(*LINE_SCHEMAS),
        ("balance", "core"),
    ),
    ("features", lambda night: night.seconds_of("features"), ("features",)),
    ("models", lambda night: _of(night, _MODELS), ()),
    ("segments, marts", lambda night: night.seconds_of("segments", "marts"), ("segments",)),
    ("publish", lambda night: _of(night, _PUBLISH), ("parquet",)),
    ("report", lambda night: night.steps["reports__night"], ()),
    ("outside all steps", lambda night: night.process.seconds - sum(night.steps.values()), ()),
)


def _of(night: StrataNight, steps: Iterable[str]) -> float:
    return sum(night.steps[step] for step in steps if step in night.steps)


class Nights:
    """The nights of one benchmark, each run once however many cases look at it."""

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
            pairs = []
            for turn in range(self._options.repeat):
                self._progress(
                    f"First night of {size.lines:,} lines, {turn + 1} of {self._options.repeat} …"
                )
                pairs.append(self._told(installation.first_night()))
            self._first[size], self._installed[size] = pairs, installation
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


def first_night(nights: Nights) -> Case:
    """Measure a first night: seconds, memory, and where both of them go."""
    size = nights.size
    pairs = nights.first(size)
    case = Case("first-night", f"First night: {_sized(size, pairs)}")
    strata, bare = _whole(pairs)
    case.lines.append(
        _night_line(
            strata, bare, f"at most {FIRST_NIGHT_RATIO:g} x", strata <= FIRST_NIGHT_RATIO * bare
        )
    )
    case.lines.append(_peak_line(pairs, size))
    case.lines += _parts(pairs)
    case.lines.append(_agreement_line(pairs))
    case.raw["nights"] = [pair.to_dict() for pair in pairs]
    return case


def next_night(nights: Nights) -> Case:
    """Measure the night after: as a whole, and its steps over lines against the first night's."""
    size = nights.size
    first, pairs = nights.first(size), nights.next(size)
    new = pairs[0].strata.rows["raw.transactions"] - first[-1].strata.rows["raw.transactions"]
    case = Case("next-night", f"Next night: {new:,} new lines after {_sized(size, first)}")
    strata, bare = _whole(pairs)
    allowed = NEXT_NIGHT_RATIO * bare + NEXT_NIGHT_FIXED_SECONDS
    words = f"at most {NEXT_NIGHT_RATIO:g} x + {NEXT_NIGHT_FIXED_SECONDS} s = {seconds(allowed)}"
    case.lines.append(_night_line(strata, bare, words, strata <= allowed))
    case.lines.append(_peak_line(pairs, size))
    now, before = _line_seconds(pairs), _line_seconds(first)
    case.lines.append(
        Line(
            f"steps over lines, first night {seconds(before)}",
            seconds(now),
            ratio=now / before,
            aim=f"at most {LINE_STEPS_SHARE:g} of the first night's",
            is_reached=now <= LINE_STEPS_SHARE * before,
        )
    )
    case.lines += _parts(pairs)
    case.lines.append(_agreement_line(pairs))
    case.raw["nights"] = [pair.to_dict() for pair in pairs]
    return case


def history(nights: Nights) -> Case:
    """Measure the next night after histories of three lengths, of the same customers."""
    case = Case("history", "Next night, the same new lines after shorter and longer histories")
    found: list[tuple[Size, float, float, int]] = []
    for share in HISTORY_SHARES:
        size = nights.size_of(nights.size.customers, max(round(nights.size.days * share), MIN_DAYS))
        pairs = nights.next(size)
        case.raw[size.name] = [pair.to_dict() for pair in pairs]
        found.append(
            (
                size,
                _line_seconds(pairs),
                median(pair.strata.seconds_of("features") for pair in pairs),
                pairs[0].strata.rows["core.customer_days"],
            )
        )
        bare = median(_stages(pair, ("raw", "balance", "core")) for pair in pairs)
        case.lines.append(
            Line(
                f"steps over lines after {size.lines:,} lines",
                seconds(found[-1][1]),
                seconds(bare),
                found[-1][1] / bare,
            )
        )
    line_seconds = [each for _, each, _, _ in found]
    spread = max(line_seconds) / min(line_seconds)
    case.lines.append(
        Line(
            "  the slowest of them against the fastest",
            ratio=spread,
            aim=f"within {HISTORY_SPREAD:g} x",
            is_reached=spread <= HISTORY_SPREAD,
        )
    )
    for size, _, features, days in found:
        case.lines.append(
            Line(
                f"features of {days:,} customer-days after {size.lines:,} lines", seconds(features)
            )
        )
    (_, _, shortest, few), (_, _, longest, many) = found[0], found[-1]
    growth = (longest / shortest) / (many / few)
    case.lines.append(
        Line(
            "  their growth against that of customer-days",
            ratio=growth,
            aim="no worse than linear",
            is_reached=growth <= 1,
        )
    )
    return case


def _sized(size: Size, pairs: list[Pair]) -> str:
    rows = pairs[0].strata.rows["raw.transactions"]
    return f"{rows:,} lines, {size.customers:,} customers"


def _whole(pairs: list[Pair]) -> tuple[float, float]:
    return (
        median(pair.strata.process.seconds for pair in pairs),
        median(pair.bare.process.seconds for pair in pairs),
    )


def _night_line(strata: float, bare: float, aim: str, is_reached: bool) -> Line:  # noqa: FBT001
    return Line("the whole night", seconds(strata), seconds(bare), strata / bare, aim, is_reached)


def _peak_line(pairs: list[Pair], size: Size) -> Line:
    strata = max(pair.strata.process.peak_bytes for pair in pairs)
    bare = max(pair.bare.process.peak_bytes for pair in pairs)
    limits = [limit for lines, limit in PEAK_GIB.items() if size.lines <= lines]
    limit = limits[0] if limits else None
    return Line(
        "peak memory",
        gibibytes(strata),
        gibibytes(bare),
        strata / bare,
        "" if limit is None else f"under {limit} GiB",
        None if limit is None else strata < limit * 1024**3,
    )


def _parts(pairs: list[Pair]) -> list[Line]:
    """Return where the seconds go; dbt's models overlap, so the parts may exceed the whole."""
    lines = []
    for name, of_strata, stages in _PARTS:
        strata = median(of_strata(pair.strata) for pair in pairs)
        bare = median(_stages(pair, stages) for pair in pairs)
        has_bare = bool(stages)
        lines.append(
            Line(
                f"  {name}",
                seconds(strata),
                seconds(bare) if has_bare else "",
                strata / bare if has_bare and bare > 0 else None,
            )
        )
    return lines


def _stages(pair: Pair, stages: Iterable[str]) -> float:
    return sum(pair.bare.stages[stage] for stage in stages)


def _line_seconds(pairs: list[Pair]) -> float:
    return median(pair.strata.line_seconds for pair in pairs)


def _agreement_line(pairs: list[Pair]) -> Line:
    """Say how many rows differ between the two, over all that is compared."""
    compared = sum(rows["rows"] for pair in pairs for rows in pair.differences.values())
    differing = sum(
        max(rows["only_strata"], rows["only_bare"])
        for pair in pairs
        for rows in pair.differences.values()
    )
    return Line(
        f"rows that differ between the two, of {compared:,}",
        f"{differing:,}",
        aim="returns apart, none",
    )
