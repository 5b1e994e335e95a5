import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.stability import (
    Stability,
    adjusted_rand,
    cluster_stability,
    jaccard_overlaps,
    overlap_counts,
)

FIRST = np.array([0, 0, 0, 1, 1, 1])
SECOND = np.array([0, 0, 1, 1, 1, 1])


def test_overlaps_are_counted_by_pair() -> None:
    assert overlap_counts(FIRST, SECOND, (2, 2)).tolist() == [[2, 1], [0, 3]]


def test_jaccard_of_six_customers_equals_the_hand_computed_shares() -> None:
    overlaps = jaccard_overlaps(overlap_counts(FIRST, SECOND, (2, 2)))
    np.testing.assert_allclose(overlaps, [[2 / 3, 1 / 6], [0, 3 / 4]])


def test_adjusted_rand_equals_the_hand_computed_value() -> None:
    # Pairs together: 1 + 3 = 4; rows 3 + 3 = 6; columns 1 + 6 = 7; of 15: (4 - 2.8) / (6.5 - 2.8).
    counts = overlap_counts(FIRST, SECOND, (2, 2))
    assert adjusted_rand(counts) == pytest.approx(1.2 / 3.7)
    assert adjusted_rand(counts) == pytest.approx(adjusted_rand_score(FIRST, SECOND))


def test_adjusted_rand_ignores_what_the_groups_are_called() -> None:
    assert adjusted_rand(overlap_counts(FIRST, 1 - FIRST, (2, 2))) == 1.0


def test_adjusted_rand_of_one_group_each_is_one() -> None:
    assert adjusted_rand(np.array([[5]])) == 1.0


def stability(values: np.ndarray, labels: np.ndarray, *, random_state: int = 0) -> Stability:
    found = cluster_stability(
        values,
        {"kmeans": labels.astype(np.int64)},
        n_clusters=int(labels.max()) + 1,
        random_state=random_state,
    )
    return found["kmeans"]


def far_apart() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    far = random.normal(size=(300, 2)) + np.repeat([[0, 0], [20, 0], [0, 20]], 100, axis=0)
    return far, np.repeat([0, 1, 2], 100)


def test_groups_far_apart_are_stable_in_all_of_fifty_resamples() -> None:
    found = stability(*far_apart())
    assert found.worst_jaccard > 0.99
    assert found.resamples == 50


def test_slices_of_one_cloud_are_not_stable_and_are_given_up() -> None:
    cloud = np.random.default_rng(0).normal(size=(300, 2))
    found = stability(cloud, np.digitize(cloud[:, 0], [-1.0, -0.3, 0.3, 1.0]))
    assert found.worst_jaccard < 0.6
    assert found.resamples < 50


def test_half_of_one_long_cloud_is_stable_though_nothing_is_there() -> None:
    """Why stability proves nothing, and has no say in the choice."""
    cloud = np.random.default_rng(0).normal(size=(3000, 3)) * [5.0, 1.0, 1.0]
    assert stability(cloud, cloud[:, 0] > 0).worst_jaccard > 0.9


def test_both_methods_are_measured_on_the_same_resamples() -> None:
    values, labels = far_apart()
    both = cluster_stability(
        values, {"kmeans": labels, "gaussian_mixture": labels}, n_clusters=3, random_state=0
    )
    assert both["kmeans"] == stability(values, labels)
    assert both["gaussian_mixture"].worst_jaccard > 0.99


def test_what_cannot_reach_the_wanted_figure_is_not_resampled_further() -> None:
    cloud = np.random.default_rng(0).normal(size=(500, 3)) * [5.0, 1.0, 1.0]
    halves = {"kmeans": (cloud[:, 0] > 0).astype(np.int64)}
    whole = cluster_stability(cloud, halves, n_clusters=2, random_state=0)["kmeans"]
    cut = cluster_stability(cloud, halves, n_clusters=2, random_state=0, wanted=0.9999)["kmeans"]
    assert whole.resamples == 50
    assert cut.resamples < 5
    assert whole.worst_jaccard < 0.9999


def test_stability_is_the_same_in_every_run() -> None:
    cloud = np.random.default_rng(0).normal(size=(200, 3))
    assert stability(cloud, cloud[:, 0] > 0, random_state=3) == stability(
        cloud, cloud[:, 0] > 0, random_state=3
    )


def test_copies_of_two_customers_leave_a_third_cluster_unstable() -> None:
    copies = np.repeat([[0.0], [1.0]], 50, axis=0)
    labels = np.array([0] * 50 + [1] * 25 + [2] * 25)
    assert stability(copies, labels).worst_jaccard < 0.6
