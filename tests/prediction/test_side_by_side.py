"""Calculations beside each other give what they give one after the other."""

import time
from functools import partial

import pytest

from models.side_by_side import both, side_by_side


def slow(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_results_stand_in_the_order_of_the_calculations_not_of_their_ends() -> None:
    assert side_by_side(partial(slow, seconds) for seconds in (0.05, 0.0, 0.02)) == [0.05, 0, 0.02]


def test_an_error_is_raised_and_not_lost() -> None:
    def fail() -> float:
        raise ValueError("no data")

    for run in (
        lambda: side_by_side([partial(slow, 0.0), fail]),
        lambda: both(fail, partial(slow, 0.0)),
        lambda: both(partial(slow, 0.0), fail),
    ):
        with pytest.raises(ValueError, match="no data"):
            run()


def test_of_two_each_keeps_its_place() -> None:
    assert both(partial(slow, 0.02), str) == (0.02, "")


def test_of_nothing_comes_nothing() -> None:
    assert side_by_side([]) == []
