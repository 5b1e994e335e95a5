import pytest

from models.candidates import Candidate
from models.criterion import choose
from models.fitting import Method
from models.separation import Separation


def candidate(
    n_clusters: int,
    *,
    silhouette: float = 0.3,
    separation: float | None = None,
    method: Method = "kmeans",
) -> Candidate:
    found = None
    if separation is not None:
        found = Separation(separation, 0.02, separation - 0.04, separation + 0.04)
    return Candidate(n_clusters, method, silhouette=silhouette, separation=found)


def test_the_fewest_clusters_within_one_standard_error_of_the_best_are_taken() -> None:
    tried = [
        candidate(2, separation=0.40),
        candidate(4, separation=0.485),
        candidate(5, separation=0.46),
        candidate(9, separation=0.50),
    ]
    chosen, reason = choose(tried, None)
    assert chosen is tried[1]
    assert "fewest clusters, with 0.485, within one standard error (0.020)" in reason
    assert "0.500 with 9" in reason


def test_two_clusters_are_taken_if_they_separate_as_well() -> None:
    tried = [candidate(2, separation=0.49), candidate(6, separation=0.50)]
    assert choose(tried, None)[0] is tried[0]


def test_next_spend_decides_and_not_the_silhouette() -> None:
    tried = [
        candidate(3, separation=0.3, silhouette=0.9),
        candidate(5, separation=0.5, silhouette=0.1),
    ]
    assert choose(tried, None)[0] is tried[1]


def test_of_the_same_number_the_method_that_separates_better_is_taken() -> None:
    tried = [
        candidate(4, separation=0.49),
        candidate(4, separation=0.50, method="gaussian_mixture"),
    ]
    assert choose(tried, None)[0] is tried[1]


def test_a_refit_keeps_number_and_method_within_the_standard_error() -> None:
    tried = [
        candidate(3, separation=0.49),
        candidate(4, separation=0.485),
        candidate(4, separation=0.50, method="gaussian_mixture"),
    ]
    chosen, reason = choose(tried, ("kmeans", 4))
    assert chosen is tried[1]
    assert reason.startswith("as before")


def test_a_refit_gives_up_a_number_that_separates_worse() -> None:
    tried = [candidate(3, separation=0.50), candidate(4, separation=0.47)]
    assert choose(tried, ("kmeans", 4))[0] is tried[0]


def test_a_refit_keeps_the_number_if_only_the_other_method_is_valid() -> None:
    tried = [candidate(3, separation=0.5), candidate(4, separation=0.5, method="gaussian_mixture")]
    assert choose(tried, ("kmeans", 4))[0] is tried[1]


def test_without_a_past_night_the_highest_silhouette_wins_and_the_reason_says_so() -> None:
    tried = [candidate(3, silhouette=0.4), candidate(5, silhouette=0.5)]
    chosen, reason = choose(tried, None)
    assert chosen is tried[1]
    assert "no past night" in reason


def test_by_silhouette_three_clusters_are_preferred_to_two_better_ones() -> None:
    tried = [candidate(2, silhouette=0.9), candidate(3, silhouette=0.4)]
    assert choose(tried, None)[0] is tried[1]


@pytest.mark.parametrize(("lacking", "expected"), [(0.019, 4), (0.021, 3)])
def test_by_silhouette_a_refit_keeps_its_number_within_the_slack(
    lacking: float, expected: int
) -> None:
    tried = [candidate(3, silhouette=0.4), candidate(4, silhouette=0.4 - lacking)]
    assert choose(tried, ("kmeans", 4))[0].n_clusters == expected
