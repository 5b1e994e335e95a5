import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.stability import (
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


def test_groups_far_apart_are_stable_and_halves_of_one_cloud_are_not() -> None:
    random = np.random.default_rng(0)
    far = random.normal(size=(300, 2)) + np.repeat([[0, 0], [20, 0], [0, 20]], 100, axis=0)
    labels = np.repeat([0, 1, 2], 100)
    assert cluster_stability(far, labels, random_state=0).min() > 0.99
    cloud = random.normal(size=(300, 2))
    slices = np.digitize(cloud[:, 0], [-1.0, -0.3, 0.3, 1.0])
    assert cluster_stability(cloud, slices, random_state=0).min() < 0.6


def test_stability_is_the_same_in_every_run() -> None:
    cloud = np.random.default_rng(0).normal(size=(200, 3))
    labels = (cloud[:, 0] > 0).astype(np.int64)
    np.testing.assert_array_equal(
        cluster_stability(cloud, labels, random_state=3),
        cluster_stability(cloud, labels, random_state=3),
    )


def test_copies_of_two_customers_leave_a_third_cluster_unstable() -> None:
    copies = np.repeat([[0.0], [1.0]], 50, axis=0)
    labels = np.array([0] * 50 + [1] * 25 + [2] * 25)
    assert cluster_stability(copies, labels, random_state=0).min() < 0.6
