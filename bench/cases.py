"""The cases about whole nights: the first, the next, the next after longer histories."""

from collections.abc import Callable, Iterable
from typing import Any

from bench.data import Size
from bench.nights import LINE_SCHEMAS, Pair, StrataNight
from bench.results import Case, Line, gibibytes, median, seconds
from bench.runs import Nights

# What is aimed at is meant for this size: a small night is mostly what every night costs.
AIMED_LINES = 50_000_000
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

_MODELS = ("behaviour", "ml__cadence_parameters", "predictions")
_PUBLISH = ("serving__strata",)
_EXPORTS = ("exports__night", "exports__deliveries")
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
    ("exports", lambda night: _of(night, _EXPORTS), ()),
    ("report", lambda night: night.steps["reports__night"], ()),
    ("outside all steps", lambda night: night.process.seconds - sum(night.steps.values()), ()),
)


def _of(night: StrataNight, steps: Iterable[str]) -> float:
    return sum(night.steps[step] for step in steps if step in night.steps)


def first_night(nights: Nights) -> Case:
    """Measure a first night: seconds, memory, and where both of them go."""
    size = nights.size
    pairs = nights.first(size)
    case = Case("first-night", f"First night: {_sized(size, pairs)}")
    strata, bare = _whole(pairs)
    case.lines.append(
        _night_line(
            size, strata, bare, f"at most {FIRST_NIGHT_RATIO:g} x", FIRST_NIGHT_RATIO * bare
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
    case.lines.append(_night_line(size, strata, bare, words, allowed))
    case.lines.append(_peak_line(pairs, size))
    now, before = _line_seconds(pairs), _line_seconds(first)
    case.lines.append(
        Line(
            f"steps over lines, first night {seconds(before)}",
            seconds(now),
            ratio=now / before,
            **_aim(
                size,
                f"at most {LINE_STEPS_SHARE:g} of the first night's",
                now <= LINE_STEPS_SHARE * before,
            ),
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
            **_aim(nights.size, f"within {HISTORY_SPREAD:g} x", spread <= HISTORY_SPREAD),
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
            **_aim(nights.size, "no worse than linear", growth <= 1),
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


def _aim(size: Size, words: str, is_reached: bool) -> dict[str, Any]:  # noqa: FBT001
    """Return the last cells of a line; a size that the aim is not for is not judged by it."""
    if size.lines < AIMED_LINES:
        return {"aim": f"{words} at {AIMED_LINES // 10**6} M"}
    return {"aim": words, "is_reached": is_reached}


def _night_line(size: Size, strata: float, bare: float, aim: str, allowed: float) -> Line:
    return Line(
        "the whole night",
        seconds(strata),
        seconds(bare),
        strata / bare,
        **_aim(size, aim, strata <= allowed),
    )


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
