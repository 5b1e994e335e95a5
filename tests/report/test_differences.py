"""Whoever adds and subtracts the page's numbers, of all its tables, finds no small group."""

from collections.abc import Callable, Iterable
from contextlib import closing
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.flow_protection import hidden_flows
from orchestration.reporting.reading import read_figures
from tests.report.test_protection import random_flows

Equation = dict[object, int]
"""Coefficients by name of numbers that add up to nothing."""
STAGES = ("active", "reactivated", "new", "at_risk", "dormant", "churned", "prospect")
TIERS = ("high", "medium", "low", "unprofitable", "none")
RISKS = ("high", "medium", "low")


def found_out(equations: Iterable[Equation], unknown: set[object]) -> set[object]:
    """Return the unknown numbers that sums and differences of equations give."""
    told = [{key: of for key, of in each.items() if key in unknown} for each in equations]
    names = sorted({key for each in told for key in each}, key=repr)
    if not names:
        return set()
    matrix = np.array([[each.get(name, 0) for name in names] for each in told], dtype=float)
    _, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    lengths = (right[sizes > 1e-9] ** 2).sum(axis=0)
    return {name for name, length in zip(names, lengths, strict=True) if length > 1 - 1e-9}


def whole_of(whole: object, parts: Iterable[object]) -> Equation:
    return {whole: 1} | dict.fromkeys(parts, -1)


def give_segments(path: Path, segments: dict[str, list[str]]) -> None:
    """Put customers, by their ids, into segments of schemes; no other scheme is told of."""
    with closing(duckdb.connect(str(path))) as connection:
        ids = connection.execute("select customer_id from marts.customer_360 order by 1").fetchall()
        for scheme, names in segments.items():
            rows = [(*id_, f"{scheme}.{name}") for id_, name in zip(ids, names, strict=True)]
            connection.execute("create or replace temp table given (id text, segment text)")
            connection.executemany("insert into given values (?, ?)", rows)
            connection.execute(
                f"update marts.customer_360 set {scheme}_segment = segment from given "
                "where id = customer_id"
            )
        # By the tier's own rule: nobody in it bought anything.
        connection.execute(
            "update marts.customer_360 set spend_365d = 0 "
            "where value_tier_segment = 'value_tier.none'"
        )
        connection.execute("delete from marts.fct_segment_profiles")
        for scheme in ("rfm", *segments):
            connection.execute(
                "insert into marts.fct_segment_profiles by name "
                f"select as_of_date, run_id, '{scheme}' as scheme, {scheme}_segment as segment_id, "
                "count(*) as customers, count(*) / sum(count(*)) over () as customer_share, "
                "(sum(spend_365d) / sum(sum(spend_365d)) over ())::double as spend_share, "
                "sum(spend_365d)::decimal(18, 2) as spend_365d "
                "from marts.customer_360 group by all"
            )


def drawn_segments(count: int, seed: int) -> dict[str, list[str]]:
    """Draw stages, tiers and risks, some of which nearly nobody is in."""
    rng = np.random.default_rng(seed)
    schemes = {"lifecycle": STAGES, "value_tier": TIERS, "churn_risk": RISKS}
    return {
        scheme: list(rng.choice(names, count, p=rng.dirichlet(np.full(len(names), 0.5))))
        for scheme, names in schemes.items()
    }


def tonight_of(night: NightFigures) -> tuple[dict[object, tuple[int, Decimal]], list[Equation]]:
    """Return every number of tonight's tables with its money, and what adds up to what."""
    values: dict[object, tuple[int, Decimal]] = {
        ("all",): (night.totals["customers"], night.totals["spend"])
    }
    equations = []
    for scheme, segments in night.schemes.items():
        of_scheme = {("now", scheme, one.segment_id): one.group for one in segments}
        values |= {key: (group.customers, group.spend) for key, group in of_scheme.items()}
        equations.append(whole_of(("all",), of_scheme))
    for rows, crossed in night.crossed.items():
        found = {
            (cell["row_id"], cell["column_id"]): (cell["customers"], cell["spend"])
            for cell in crossed.cells
        }
        sides = [{pair[side] for pair in found} for side in (0, 1)]
        # A cell of nobody looks like a hidden one.
        cells = {
            ("crossed", rows, *pair): found.get(pair, (0, Decimal(0))) for pair in product(*sides)
        }
        values |= cells
        for segment in night.schemes[crossed.columns]:
            parts = [key for key in cells if key[3] == segment.segment_id]
            equations.append(whole_of(("now", crossed.columns, segment.segment_id), parts))
        others: Equation = {key: -1 for key in cells if key[2] is None}
        for segment in night.schemes[rows]:
            whole = ("now", rows, segment.segment_id)
            if segment.segment_id in crossed.leaving:
                parts = [key for key in cells if key[2] == segment.segment_id]
                equations.append(whole_of(whole, parts))
            else:
                others[whole] = 1
        equations.append(others)
    return values, equations


def assert_nobody_is_found_out(night: NightFigures) -> None:
    values, equations = tonight_of(night)
    small = {key for key, (customers, _) in values.items() if 0 < customers < 10}
    empty = {key for key, (customers, _) in values.items() if not customers}
    unknown = {key for key in values if key in night.hidden} | small | empty
    assert small
    assert small <= night.hidden
    assert not small & found_out(equations, unknown)
    # Who spent nothing is known to have spent nothing.
    with_money = {key for key in unknown if values[key][1]} | empty
    assert not {key for key in small if values[key][1]} & found_out(equations, with_money)


@pytest.mark.parametrize("seed", range(12))
def test_segments_and_who_leaves_give_no_small_group_away(
    make_night: Callable[..., Path], seed: int
) -> None:
    count = (150, 500)[seed % 2]
    path = make_night(count=count, is_predicted=True)
    give_segments(path, drawn_segments(count, seed))
    assert_nobody_is_found_out(read_figures(path, matrix_days=365))


@pytest.mark.parametrize("seed", range(3))
def test_the_row_of_all_others_is_no_way_to_the_one_customer_who_is_unprofitable(
    make_night: Callable[..., Path], seed: int
) -> None:
    """That row and the segments that stay are the same customers."""
    rng = np.random.default_rng(seed)
    stages = {"active": 437, "new": 21, "prospect": 13, "at_risk": 70, "dormant": 42, "churned": 99}
    tiers = {"high": 126, "medium": 187, "low": 300, "none": 68}
    drawn = [
        rng.permutation([name for name, count in sizes.items() for _ in range(count)])
        for sizes in (stages | {"active": 436}, tiers)
    ]
    path = make_night(count=682, is_predicted=True)
    give_segments(
        path,
        {
            "lifecycle": ["active", *drawn[0]],
            "value_tier": ["unprofitable", *drawn[1]],
            "churn_risk": ["low"] * 682,
        },
    )
    assert_nobody_is_found_out(read_figures(path, matrix_days=365))


def numbers_of(flows: list[Row]) -> tuple[dict[object, int], list[Equation]]:
    """Return every number that a span is told by, under its own name, and what adds up to what."""
    found = {(row["from_segment_id"], row["to_segment_id"]): row["customers"] for row in flows}
    sides = [{pair[side] for pair in found} for side in (0, 1)]
    # A way that nobody went looks like a hidden one.
    ways = [way for way in product(*sides) if way != (None, None)]
    values: dict[object, int] = {("flow", *way): found.get(way, 0) for way in ways}
    lines: dict[object, list[object]] = {}
    for then, now in ways:
        wholes = [("then", then), ("now", now)]
        wholes += [("stayed",)] if then == now else [("moved",), ("out", then), ("in", now)]
        for whole in wholes:
            lines.setdefault(whole, []).append(("flow", then, now))
    values |= {whole: sum(values[key] for key in parts) for whole, parts in lines.items()}
    equations = [whole_of(whole, parts) for whole, parts in lines.items()]
    for total, side in (("were", "then"), ("are", "now")):
        parts = [key for key in lines if key[0] == side and key[-1] is not None]
        values[total,] = sum(values[key] for key in parts)
        equations.append(whole_of((total,), parts))
    return values, equations


@pytest.mark.parametrize(
    "kinds", [["night"], ["month"], ["year"], ["night", "month"], ["month", "year"]]
)
@pytest.mark.parametrize("seed", range(8))
def test_all_that_is_told_of_a_span_gives_no_small_group_away(kinds: list[str], seed: int) -> None:
    flows = [row for row in random_flows(seed) if row["customers"]]
    hidden = hidden_flows(kinds, "rfm", flows, set())
    values, equations = numbers_of(flows)
    # Tonight's sizes are hidden beforehand; whoever is in the scheme no more has no size.
    public = {key for key in values if key[0] in ("were", "are")}
    public |= {key for key in values if key[0] == "now" and key[1] is not None}
    small = {key for key, count in values.items() if 0 < count < 10} - public

    def is_told(key: tuple) -> bool:
        """Look at the key of every table that the page has: one that shows it is enough."""
        what, *places = key
        names = {(what, kind, "rfm", *places) for kind in kinds}
        if what == "flow":
            in_matrix = {name for name in names if name[1] != "night"}
            moves = {("flow", "moves", "night", "rfm", *places)} if "night" in kinds else set()
            names = in_matrix | (moves if places[0] != places[1] else set())
        if what in ("in", "out"):
            names = {name for name in names if name[1] != "year"} if None not in places else set()
        if what in ("stayed", "moved"):
            names = {name for name in names if name[1] == {"stayed": "year"}.get(what, "night")}
        if None in places and what in ("then", "now"):
            names = {name for name in names if name[1] != "night"}
        elif what == "then" and kinds == ["night"]:
            # By how much the segment grew: less than ten is about the same.
            grown = values.get(("now", *places), 0) - values[key]
            names = names if abs(grown) >= 10 else set()
        return bool(names - hidden)

    unknown = {
        key
        for key, count in values.items()
        if key not in public and (not is_told(key) or (key[0] == "flow" and not count))
    }
    assert small <= unknown
    assert not small & found_out(equations, unknown)
