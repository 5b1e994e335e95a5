import numpy as np
import pytest

from models.separation import separations

SPEND = np.array([1.0, 2.0, 3.0, 10.0, 20.0, 30.0])
HALVES = np.array([0, 0, 0, 1, 1, 1])


def test_the_separation_of_six_customers_is_the_hand_computed_one() -> None:
    # Ranks 1-6: SST = 17.5, SSW = 2 + 2; 1 - (4 / 4) / (17.5 / 5) = 5/7.
    found = separations([(HALVES, 2)], SPEND, random_state=0)[0]
    assert found.value == pytest.approx(5 / 7)


def test_groups_that_say_nothing_have_about_none_however_many_they_are() -> None:
    random = np.random.default_rng(0)
    spend = random.exponential(size=2000)
    groupings = [(random.integers(k, size=2000), k) for k in (2, 6, 12)]
    for found in separations(groupings, spend, random_state=0):
        assert abs(found.value) < 0.01


def test_the_unit_of_money_and_one_wholesaler_do_not_matter() -> None:
    plain = separations([(HALVES, 2)], SPEND, random_state=0)
    assert separations([(HALVES, 2)], SPEND * 0.11, random_state=0) == plain
    enormous = np.where(SPEND == 30.0, 1e12, SPEND)
    assert separations([(HALVES, 2)], enormous, random_state=0) == plain


def test_what_the_groups_are_called_does_not_matter() -> None:
    first, second = separations([(HALVES, 2), (1 - HALVES, 2)], SPEND, random_state=0)
    assert first == second


def test_the_error_is_that_of_repeated_samples() -> None:
    def sample(seed: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        labels = random.integers(3, size=400)
        return labels, np.exp(random.normal(size=400) + 0.5 * labels)

    values = []
    for seed in range(60):
        labels, spend = sample(seed)
        values.append(separations([(labels, 3)], spend, random_state=0)[0].value)
    labels, spend = sample(0)
    found = separations([(labels, 3)], spend, random_state=0)[0]
    assert found.error == pytest.approx(np.std(values), rel=0.3)
    assert found.low < found.value < found.high


def test_the_same_spend_of_everybody_separates_nothing() -> None:
    found = separations([(HALVES, 2)], np.ones(6), random_state=0)[0]
    assert found.value <= 0.0


def test_an_empty_group_is_no_error() -> None:
    found = separations([(HALVES, 3)], SPEND, random_state=0)[0]
    assert found.value == pytest.approx(1 - (4 / 3) / 3.5)
