import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from models import silhouettes as silhouettes_module
from models.silhouettes import BLOCK_ROWS, sampled_silhouette, silhouettes

LINE = np.array([[0.0], [1.0], [4.0], [6.0]])


def test_the_silhouette_of_four_customers_is_the_hand_computed_one() -> None:
    # a = 1, 1, 2, 2; b = 5, 4, 3.5, 5.5: 4/5, 3/4, 1.5/3.5 and 3.5/5.5.
    expected = (4 / 5 + 3 / 4 + 1.5 / 3.5 + 3.5 / 5.5) / 4
    assert silhouettes(LINE, [np.array([0, 0, 1, 1])])[0] == pytest.approx(expected)


def test_a_cluster_of_one_customer_counts_nothing() -> None:
    # a = 5/2, 4/2..: the first three against the last alone, which is 0.
    labels = np.array([0, 0, 0, 1])
    assert silhouettes(LINE, [labels])[0] == pytest.approx(silhouette_score(LINE, labels))


def test_several_groupings_at_once_are_each_as_scikit_learn_has_them() -> None:
    values = np.random.default_rng(0).normal(size=(2 * BLOCK_ROWS + 88, 3))
    groupings = [np.digitize(values[:, 0], cuts) for cuts in ([0.0], [-1.0, 0.5], [-0.5, 0.0, 1.0])]
    expected = [silhouette_score(values, labels) for labels in groupings]
    np.testing.assert_allclose(silhouettes(values, groupings), expected, atol=1e-8)


def test_a_number_that_nobody_has_changes_nothing() -> None:
    assert silhouettes(LINE, [np.array([0, 0, 2, 2])]) == silhouettes(
        LINE, [np.array([0, 0, 1, 1])]
    )


def test_everybody_in_one_cluster_is_the_worst_there_is() -> None:
    assert silhouettes(LINE, [np.zeros(4, dtype=np.int64)]) == [-1.0]


def test_a_large_population_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(600, 2)) + np.repeat([[0, 0], [5, 0], [0, 5]], 200, axis=0)
    labels = np.repeat([0, 1, 2], 200)
    whole = sampled_silhouette(values, labels, random_state=0)
    monkeypatch.setattr(silhouettes_module, "MAX_SILHOUETTE_ROWS", 100)
    sampled = sampled_silhouette(values, labels, random_state=0)
    assert sampled == pytest.approx(whole, abs=0.05)
    assert sampled != whole
