import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from models import fitting
from models.fitting import kmeans_centres, mixture_centres, nearest_labels


def two_clouds(seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    wide = random.normal(size=(700, 3)) * [1.0, 0.5, 2.0]
    return np.vstack([wide, random.normal(size=(300, 3)) * 0.3 + [3.0, 0.0, 1.0]])


def test_the_mixture_is_the_one_that_scikit_learn_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    values = two_clouds()
    start = kmeans_centres(values, 2, random_state=0)
    monkeypatch.setattr(fitting, "EM_TOLERANCE", 0.0)
    monkeypatch.setattr(fitting, "EM_ITERATIONS", 500)
    theirs = GaussianMixture(
        2, covariance_type="diag", means_init=start, tol=1e-9, max_iter=500, reg_covar=0.0
    ).fit(values)
    expected = theirs.means_[np.lexsort(theirs.means_.T[::-1])]
    np.testing.assert_allclose(mixture_centres(values, start), expected, atol=1e-3)


def test_a_weight_of_two_is_a_customer_twice() -> None:
    values = two_clouds()
    weights = np.where(np.arange(len(values)) % 3 == 0, 2.0, 1.0)
    twice = np.vstack([values, values[weights == 2.0]])
    start = kmeans_centres(values, 2, random_state=0)
    np.testing.assert_allclose(
        mixture_centres(values, start, weights=weights), mixture_centres(twice, start), atol=1e-9
    )


def test_centres_do_not_depend_on_the_order_of_customers() -> None:
    values = two_clouds() * 0.1 + np.where(np.arange(1000) < 700, 0.0, 5.0)[:, None]
    start = kmeans_centres(values, 2, random_state=0)
    np.testing.assert_array_equal(start, kmeans_centres(values[::-1], 2, random_state=5))
    np.testing.assert_array_equal(
        mixture_centres(values, start), mixture_centres(values[::-1], start)
    )


def test_centres_are_sorted_by_their_coordinates() -> None:
    centres = kmeans_centres(two_clouds(), 4, random_state=0)
    assert centres[:, 0].tolist() == sorted(centres[:, 0])


def test_a_value_shared_by_many_gives_finite_centres() -> None:
    values = two_clouds()
    values[:600, 1] = 0.0
    centres = mixture_centres(values, kmeans_centres(values, 3, random_state=0))
    assert np.isfinite(centres).all()


def test_half_way_between_two_centres_goes_to_the_first() -> None:
    labels = nearest_labels(np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [2.0]]))
    assert labels.tolist() == [0, 0, 1]
