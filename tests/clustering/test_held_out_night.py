import numpy as np
import pytest

from models.held_out_night import HeldOutNight, NightComparison
from models.separation import PastCoordinates, separation_gain, separations

CENTRES = np.array([[0.0], [10.0]])


def night(*, customers: int = 400, judges: int = 100) -> HeldOutNight:
    """Two groups on a line; who lies right of 5 spends more, and the model in use knows it."""
    random = np.random.default_rng(2)
    places = np.where(np.arange(customers) % 2 == 0, 0.0, 10.0) + random.normal(0, 1, customers)
    spend = np.where(places > 5, 50.0, 10.0) + random.normal(0, 5, customers)
    labels = (places > 5).astype(np.int64)
    is_judge = np.arange(customers) < judges
    return HeldOutNight(PastCoordinates(places[:, None], spend), labels, 2, is_judge)


def test_the_same_grouping_is_neither_better_nor_worse() -> None:
    found = night().compare(CENTRES, was_selected_by_it=False, random_state=0)
    assert found is not None
    assert found.gain == 0.0
    assert found.error == 0.0
    assert not found.is_worse
    assert found.customers == 400


def test_a_grouping_that_forgets_who_spends_is_worse() -> None:
    found = night().compare(np.array([[-1.0], [0.5]]), was_selected_by_it=False, random_state=0)
    assert found is not None
    assert found.is_worse
    assert found.after < found.before - 0.3
    assert f"{found.after:.3f}, by the model in use {found.before:.3f}" in found.text()


def test_what_that_night_selected_is_judged_by_those_who_were_left_out() -> None:
    found = night().compare(CENTRES, was_selected_by_it=True, random_state=0)
    assert found is not None
    assert found.customers == 100
    too_few = night(judges=20)
    assert too_few.compare(CENTRES, was_selected_by_it=True, random_state=0) is None


@pytest.mark.parametrize(
    ("gain", "error", "is_worse"),
    [(-0.009, 0.001, False), (-0.011, 0.001, True), (-0.02, 0.015, False), (0.05, 0.0, False)],
)
def test_worse_is_beyond_chance_and_large_enough_to_matter(
    gain: float, error: float, *, is_worse: bool
) -> None:
    assert NightComparison(0.5, 0.5 + gain, error, 100).is_worse == is_worse


def test_the_error_is_of_the_difference_on_the_same_resamples() -> None:
    random = np.random.default_rng(0)
    spend = random.gamma(2, 10, 300)
    labels = (spend + random.normal(0, 10, 300) > 20).astype(np.int64)
    others = labels.copy()
    others[:3] = 1 - others[:3]
    before, after, error = separation_gain((labels, 2), (others, 2), spend, random_state=0)
    alone = separations([(labels, 2), (others, 2)], spend, random_state=0)
    assert [before, after] == [item.value for item in alone]
    assert 0 < error < alone[0].error / 3
