import numpy as np
import pytest

from models import verdict as verdict_module
from models.candidates import Candidate
from models.verdict import NullComparison, SilhouetteTest, StabilityTest

PASSED = SilhouetteTest(silhouette=0.5, limit=0.4, p_value=1 / 21)
FAILED = SilhouetteTest(silhouette=0.5, limit=0.6, p_value=2 / 21)


def compared(values: np.ndarray, *, n_clusters: int = 3) -> NullComparison:
    tried = [("kmeans", k) for k in range(2, n_clusters + 2)]
    return NullComparison(values, tried, random_state=0)


def triangle(*, noise: float) -> np.ndarray:
    random = np.random.default_rng(0)
    corners = np.repeat(6 * np.eye(3), 80, axis=0)
    return corners + noise * random.standard_normal(corners.shape)


def test_the_limit_of_twenty_nulls_is_their_greatest_and_of_39_the_second() -> None:
    assert verdict_module._quantile_95(np.arange(20.0)) == 19.0
    assert verdict_module._quantile_95(np.arange(39.0)) == 37.0


def test_groups_apart_pass_both_tests() -> None:
    comparison = compared(triangle(noise=1.0))
    by_silhouette = comparison.test_silhouettes()["kmeans", 3]
    assert by_silhouette.p_value == pytest.approx(1 / 21)
    assert by_silhouette.silhouette > by_silhouette.limit
    assert comparison.test_stability("kmeans", 3).is_passed


def test_one_cloud_passes_no_silhouette_test() -> None:
    cloud = np.random.default_rng(1).standard_normal((240, 3)) * [1.0, 1.0, 3.0]
    tests = compared(cloud).test_silhouettes()
    assert not any(test.is_passed for test in tests.values())


def test_groups_that_single_features_show_in_every_combination_pass_nothing() -> None:
    """Half buy often, half buy much, at random: the margins alone say that."""
    random = np.random.default_rng(0)
    square = 6.0 * random.integers(2, size=(320, 2)) + random.standard_normal((320, 2))
    tests = compared(square, n_clusters=4).test_silhouettes()
    assert not tests["kmeans", 4].is_passed


def test_p_value_and_limit_say_the_same() -> None:
    for noise in (1.0, 3.0, 9.0):
        for test in compared(triangle(noise=noise)).test_silhouettes().values():
            assert test.is_passed == (test.silhouette > test.limit)


def test_more_customers_than_needed_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict_module, "NULL_ROWS", 100)
    comparison = compared(triangle(noise=1.0))
    assert {len(each) for each in comparison._sets} == {100}


def test_stability_at_the_ceiling_cannot_be_beaten_and_passes() -> None:
    assert StabilityTest(stability=1.0, limit=1.0).is_passed
    assert not StabilityTest(stability=0.98, limit=0.98).is_passed
    assert StabilityTest(stability=0.98, limit=0.97).is_passed


@pytest.mark.parametrize(
    ("silhouette_test", "stability_test", "expected"),
    [
        (PASSED, StabilityTest(0.98, 0.9), "natural"),
        (PASSED, StabilityTest(0.9, 0.98), "reproducible"),
        (FAILED, StabilityTest(0.98, 0.9), "reproducible"),
        (FAILED, None, "reproducible"),
        (PASSED, None, None),
        (None, None, None),
    ],
)
def test_natural_needs_both_tests(
    silhouette_test: SilhouetteTest | None,
    stability_test: StabilityTest | None,
    expected: str | None,
) -> None:
    candidate = Candidate(
        3, "kmeans", silhouette_test=silhouette_test, stability_test=stability_test
    )
    assert candidate.verdict == expected


def test_an_invalid_candidate_is_none_whatever_its_tests() -> None:
    candidate = Candidate(3, "kmeans", silhouette_test=PASSED, problem="unstable")
    assert candidate.verdict == "none"
