"""No number of the page is of fewer than ten customers, and none such follows from others."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from orchestration.reporting.figures import NightFigures, Row
from orchestration.reporting.flow_protection import hidden_flows
from orchestration.reporting.page import render_report
from orchestration.reporting.reading import read_figures

Equation = tuple[dict[object, int], int]


def spread(unknown: object, equations: list[Equation]) -> float:
    """Return how far apart the least and the most are that an unknown number can be."""
    names = sorted({name for left, _ in equations for name in left} | {unknown}, key=repr)
    matrix = [[left.get(name, 0) for name in names] for left, _ in equations]
    goal = np.array([float(name == unknown) for name in names])
    least, most = (
        sign
        * linprog(
            sign * goal, A_eq=matrix, b_eq=[right for _, right in equations], bounds=(0, 1e6)
        ).fun
        for sign in (1, -1)
    )
    return most - least


def equation(values: dict[object, int], total: int, hidden: set[object]) -> Equation:
    """Return what a shown total says of the hidden ones of its parts."""
    told = sum(count for key, count in values.items() if key not in hidden)
    return {key: 1 for key in values if key in hidden}, total - told


@pytest.fixture(params=[60, 130])
def small_night(
    make_night: Callable[..., Path], request: pytest.FixtureRequest
) -> tuple[Path, NightFigures]:
    path = make_night(count=request.param)
    return path, read_figures(path, matrix_days=365)


def test_no_table_and_no_picture_shows_fewer_than_ten_customers(
    small_night: tuple[Path, NightFigures], tmp_path: Path
) -> None:
    page = render_report(small_night[0], tmp_path / "page.html", "en", currency="USD").read_text(
        encoding="utf-8"
    )
    labels = "Customers|Tonight|Came in|Left|High|Medium|Low"
    told = re.findall(rf'data-label="(?:{labels})">(?:<b>)?([^<]*)<', page)
    told += re.findall(r"%  ·  ([\d,]+)<", page)
    told += re.findall(r'<li><span>[^<]*→[^<]*</span><span class="n">([^<]*)<', page)
    told += re.findall(r"([\d,]+) customers", page)
    heat = page[page.index('<section id="migration"') :].split("</section>")[0]
    told += re.findall(r"<small>([^<]*)</small>", heat)
    grid = re.search(r'aria-label="The RFM grid".*?</svg>', page, re.DOTALL)
    assert grid is not None
    # The scores beside the squares are single digits; a number of customers has its money below.
    told += re.findall(r">([\d,]+)</text></g><g><text[^>]*>\$", grid.group())
    counts = [int(each.replace(",", "")) for each in told if re.fullmatch(r"[\d,]+", each)]
    assert len(counts) > 20
    assert [count for count in counts if 0 < count < 10] == []


def test_no_small_segment_or_square_follows_from_the_others(
    small_night: tuple[Path, NightFigures],
) -> None:
    _, night = small_night
    hidden = set(night.hidden)
    pieces = {
        ("grid", row["r_score"], row["fm_score"]): (row["customers"], row["segment_id"])
        for row in night.grid
    }
    segments = {one.segment_id: one.group.customers for one in night.schemes["rfm"]}
    values: dict[object, int] = {key: count for key, (count, _) in pieces.items()}
    values |= {("now", "rfm", name): count for name, count in segments.items()}
    of_all = {("now", "rfm", name): count for name, count in segments.items()}
    equations = [equation(of_all, night.totals["customers"], hidden)]
    for name, count in segments.items():
        parts: dict[object, int] = {
            key: size for key, (size, segment) in pieces.items() if segment == name
        }
        left, right = equation(parts, count, hidden)
        whole = ("now", "rfm", name)
        equations.append((left | {whole: -1}, right - count) if whole in hidden else (left, right))
    small = [key for key, count in values.items() if 0 < count < 10]
    assert small
    assert set(small) <= hidden
    assert min(spread(key, equations) for key in small) > 0.5


def random_flows(seed: int) -> list[Row]:
    """Draw who went where between five segments, some of which lose or gain everybody."""
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", None]
    return [
        {
            "from_segment_id": then,
            "to_segment_id": now,
            "customers": int(rng.negative_binomial(0.5, 0.02)) + (200 if then == now else 0),
            "spend": Decimal(int(rng.integers(0, 5000))),
        }
        for then in names
        for now in names
        if (then or now) and rng.random() < 0.7
    ]


@pytest.mark.parametrize("seed", range(15))
def test_no_small_cell_of_a_matrix_follows_from_its_rows_and_columns(seed: int) -> None:
    flows = [row for row in random_flows(seed) if row["customers"]]
    hidden = hidden_flows(["year"], "x", flows, set())
    found = {(row["from_segment_id"], row["to_segment_id"]): row["customers"] for row in flows}
    sides = [{pair[side] for pair in found} for side in (0, 1)]
    cells: dict[object, int] = {
        ("flow", "year", "x", then, now): found.get((then, now), 0)
        for then in sides[0]
        for now in sides[1]
        if then or now
    }
    shown = {key for key, count in cells.items() if count >= 10 and key not in hidden}
    unknown = set(cells) - shown
    equations = []
    for side in (0, 1):
        for name in sides[side]:
            line = {key: count for key, count in cells.items() if key[3 + side] == name}
            if (side == 0 and ("then", "year", "x", name) not in hidden) or (side and name):
                equations.append(equation(line, sum(line.values()), unknown))
    small = [key for key, count in cells.items() if 0 < count < 10]
    assert set(small) <= hidden
    assert all(spread(key, equations) > 0.5 for key in small)


@pytest.mark.parametrize("seed", range(15))
def test_who_came_and_who_left_follow_neither_from_moves_nor_from_growth(seed: int) -> None:
    flows = [row for row in random_flows(seed) if row["customers"]]
    hidden = hidden_flows(["night"], "x", flows, set())
    found = {(row["from_segment_id"], row["to_segment_id"]): row["customers"] for row in flows}
    thens, nows = ({pair[side] for pair in found} for side in (0, 1))
    moves: dict[object, int] = {
        ("flow", "moves", "night", "x", then, now): found.get((then, now), 0)
        for then in thens
        for now in nows
        if then != now
    }
    unknown = {key for key, count in moves.items() if count < 10 or key in hidden}
    equations = []
    small = [key for key, count in moves.items() if 0 < count < 10]
    for name in {*thens, *nows} - {None}:
        counts = {}
        for side, place in (("out", 4), ("in", 5)):
            line = {key: count for key, count in moves.items() if key[place] == name}
            whole = (side, "night", "x", name)
            counts[whole] = sum(line.values())
            small += [whole] if 0 < counts[whole] < 10 else []
            left, right = equation(line, counts[whole], unknown)
            if whole in hidden:
                equations.append((left | {whole: -1}, right - counts[whole]))
            else:
                equations.append((left, right))
        came, went = counts["in", "night", "x", name], counts["out", "night", "x", name]
        if abs(came - went) >= 10 and ("then", "night", "x", name) not in hidden:
            grown = {("in", "night", "x", name): 1, ("out", "night", "x", name): -1}
            known = [key for key in grown if key not in hidden]
            right = came - went - sum(grown[key] * counts[key] for key in known)
            equations.append(({key: grown[key] for key in grown if key in hidden}, right))
    if ("moved", "night", "x") not in hidden:
        equations.append(equation(moves, sum(moves.values()), unknown))
    assert set(small) <= hidden
    assert all(spread(key, equations) > 0.5 for key in small)
