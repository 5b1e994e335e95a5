"""Small cells stay hidden: by hand on lists and matrices, and against an attacker who solves."""

from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from orchestration.reporting.derivation import Cell, Sum
from orchestration.reporting.suppression import derivable_cells, hidden_cells


def of_list(*counts: int, total: int | None = None) -> tuple[dict[object, Cell], list[Sum]]:
    """Return a list of segments whose total everybody knows."""
    cells: dict[object, Cell] = {place: Cell(count) for place, count in enumerate(counts)}
    cells["all"] = Cell(sum(counts) if total is None else total, reluctance=9)
    return cells, [Sum("all", tuple(range(len(counts))))]


def of_matrix(rows: list[list[int]]) -> tuple[dict[object, Cell], list[Sum]]:
    """Return a matrix with the totals of its rows and columns."""
    cells: dict[object, Cell] = {
        (r, c): Cell(count) for r, row in enumerate(rows) for c, count in enumerate(row) if count
    }
    sums = []
    for r in range(len(rows)):
        parts = tuple(key for key in cells if isinstance(key, tuple) and key[0] == r)
        sums.append(Sum(f"row {r}", parts))
    for c in range(len(rows[0])):
        parts = tuple(key for key in cells if isinstance(key, tuple) and key[1] == c)
        sums.append(Sum(f"column {c}", parts))
    for each in sums:
        whole = sum(cells[key].customers for key in each.parts)
        cells[each.whole] = Cell(whole, reluctance=9)
    return cells, sums


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([40, 30, 20], set()),
        ([40, 30, 0], set()),
        ([40, 30, 4], {1, 2}),  # 4 alone would follow from the total
        ([40, 30, 4, 7], {2, 3}),  # 11 together: neither is known
        ([40, 30, 4, 3], {1, 2, 3}),  # 7 together would be a small group itself
        ([40, 10, 9, 0], {1, 2}),
        ([1, 1], {0, 1, "all"}),  # 2 in all: small itself
    ],
)
def test_a_small_cell_of_a_list_takes_the_next_smallest_with_it(
    counts: list[int], hidden: set[object]
) -> None:
    assert hidden_cells(*of_list(*counts)) == hidden


def test_a_small_cell_of_a_matrix_takes_three_others_with_it() -> None:
    cells, sums = of_matrix([[4, 50, 90], [60, 70, 80], [95, 85, 75]])
    # 50 for its row, 60 for its column, and one for the row of 60 and the column of 50: 70.
    assert hidden_cells(cells, sums) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_zeros_stay_and_protect_nobody() -> None:
    cells, sums = of_matrix([[4, 0, 90], [60, 0, 80]])
    assert hidden_cells(cells, sums) == {(0, 0), (0, 2), (1, 0), (1, 2)}


def test_two_hidden_cells_in_every_line_may_still_give_one_away() -> None:
    """Two blocks of four hidden cells and a small one between them: it is the only link."""
    rows = [
        [20, 20, 0, 0, 0],
        [20, 20, 5, 0, 0],
        [0, 0, 0, 20, 20],
        [0, 0, 30, 20, 20],
    ]
    cells, sums = of_matrix(rows)
    by_hand = {(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 2), (3, 3), (3, 4)}
    assert derivable_cells(cells, sums, by_hand).keys() == {(1, 2)}
    assert derivable_cells(cells, sums, hidden_cells(cells, sums)) == {}


def test_what_the_page_leaves_out_protects_what_it_shows() -> None:
    cells, sums = of_list(40, 30, 4)
    cells[0] = Cell(40, is_shown=False)
    assert hidden_cells(cells, sums) == {0, 2}


def test_a_segment_without_money_does_not_hide_the_money_of_another() -> None:
    cells: dict[object, Cell] = {
        "high": Cell(900, Decimal(9000)),
        "lost": Cell(12, Decimal(0)),
        "new": Cell(4, Decimal(300)),
        "low": Cell(50, Decimal(70)),
        "all": Cell(966, Decimal(9370), reluctance=9),
    }
    sums = [Sum("all", ("high", "lost", "new", "low"))]
    assert derivable_cells(cells, sums, {"new", "lost"}).keys() == {"new"}
    assert hidden_cells(cells, sums) == {"new", "low"}


def test_the_segment_that_most_money_comes_from_is_the_last_to_go() -> None:
    cells: dict[object, Cell] = {
        "high": Cell(126, Decimal(5300)),
        "medium": Cell(187, Decimal(2900)),
        "low": Cell(313, Decimal(1790)),
        "unprofitable": Cell(1, Decimal(10)),
        "none": Cell(68, Decimal(0)),
        "all": Cell(695, Decimal(10000), is_public=True),
    }
    sums = [Sum("all", ("high", "medium", "low", "unprofitable", "none"))]
    # Nobody in `none` spent anything, so that it would not hide what the one customer spent.
    hidden = hidden_cells(cells, sums)
    assert derivable_cells(cells, sums, hidden) == {}
    assert "unprofitable" in hidden
    assert "high" not in hidden
    assert len(hidden) == 2


def test_one_segment_in_two_tables_is_hidden_in_both() -> None:
    cells: dict[object, Cell] = {
        "at risk": Cell(6),
        "low risk": Cell(94),
        "risky and dear": Cell(6),
        "safe and dear": Cell(30),
        "safe and cheap": Cell(64),
        "dear": Cell(36),
        "cheap": Cell(64),
        "all": Cell(100, reluctance=9),
    }
    sums = [
        Sum("all", ("at risk", "low risk")),
        Sum("all", ("dear", "cheap")),
        Sum("at risk", ("risky and dear",)),
        Sum("low risk", ("safe and dear", "safe and cheap")),
        Sum("dear", ("risky and dear", "safe and dear")),
        Sum("cheap", ("safe and cheap",)),
    ]
    hidden = hidden_cells(cells, sums)
    assert {"at risk", "risky and dear"} < hidden
    assert derivable_cells(cells, sums, hidden) == {}


def test_a_sum_of_an_unknown_cell_is_an_error() -> None:
    with pytest.raises(KeyError, match="gone"):
        hidden_cells({"a": Cell(2)}, [Sum("a", ("gone",))])


@pytest.mark.parametrize("seed", range(25))
def test_an_attacker_who_solves_for_the_least_and_the_most_learns_no_small_cell(seed: int) -> None:
    """Bounds by linear programming, as sharp as whole numbers above zero allow."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(2, 7, size=2)
    rows = (rng.negative_binomial(0.6, 0.02, size=shape) * (rng.random(shape) < 0.8)).tolist()
    cells, sums = of_matrix(rows)
    hidden = sorted(hidden_cells(cells, sums), key=repr)
    places = {key: place for place, key in enumerate(hidden)}
    lines = [each for each in sums if any(key in places for key in each.members)]
    known = [
        sum(
            cells[key].customers * (-1 if key == each.whole else 1)
            for key in each.members
            if key not in places
        )
        for each in lines
    ]
    matrix = np.zeros((len(lines), len(hidden)))
    for (line, each), key in product(enumerate(lines), hidden):
        if key in each.members:
            matrix[line, places[key]] = 1 if key == each.whole else -1
    for key in hidden:
        if cells[key].is_secret:
            goal = np.eye(len(hidden))[places[key]]
            least, most = (
                sign * linprog(sign * goal, A_eq=matrix, b_eq=known, bounds=(1, 1e6)).fun
                for sign in (1, -1)
            )
            assert most - least > 0.5
