import numpy as np

from models.nulls import fit_null


def correlated_orders(customers: int = 3000) -> np.ndarray:
    """Return skewed, tied and correlated features: orders, baskets and a share of returns."""
    random = np.random.default_rng(0)
    latent = random.multivariate_normal(
        [0, 0, 0], [[1, 0.7, 0.5], [0.7, 1, 0.2], [0.5, 0.2, 1]], size=customers
    )
    orders = np.round(np.exp(latent[:, 0]))
    returns = np.maximum(latent[:, 2] - 0.8, 0.0)
    return np.column_stack([orders, np.exp(latent[:, 1]), returns])


def test_a_draw_has_the_margins_of_the_data_with_their_ties() -> None:
    values = correlated_orders()
    drawn = fit_null(values).draw(20_000, np.random.default_rng(1))
    shares = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]
    np.testing.assert_allclose(
        np.quantile(drawn, shares, axis=0), np.quantile(values, shares, axis=0), rtol=0.1, atol=0.05
    )
    assert abs((drawn[:, 2] == 0).mean() - (values[:, 2] == 0).mean()) < 0.02


def test_a_draw_has_the_correlations_of_the_data_in_spite_of_ties() -> None:
    values = correlated_orders()
    drawn = fit_null(values).draw(50_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.corrcoef(drawn.T), np.corrcoef(values.T), atol=0.03)


def test_a_draw_fills_the_corner_that_the_groups_of_the_data_leave_empty() -> None:
    random = np.random.default_rng(0)
    corners = np.repeat([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]], 300, axis=0)
    values = corners + 0.5 * random.standard_normal(corners.shape)
    drawn = fit_null(values).draw(900, random)
    assert (values > 3).all(axis=1).sum() == 0
    assert (drawn > 3).all(axis=1).sum() > 5


def test_one_feature_and_perfectly_correlated_ones_can_be_drawn() -> None:
    column = np.random.default_rng(0).exponential(size=(200, 1))
    assert fit_null(column).draw(50, np.random.default_rng(1)).shape == (50, 1)
    twins = fit_null(np.hstack([column, 2 * column])).draw(50, np.random.default_rng(1))
    assert np.corrcoef(twins.T)[0, 1] > 0.97
