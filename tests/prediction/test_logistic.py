import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.logistic import Array, fit_logistic, log_odds, logistic_errors


def planted(rows: int = 4000) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    columns = random.normal(size=(rows, 2))
    chance = expit(-1.0 + columns @ np.array([0.7, -1.4]))
    return columns, (random.random(rows) < chance).astype(float)


@pytest.mark.parametrize("ridge", [1.0, 50.0])
def test_coefficients_equal_sklearns(ridge: float) -> None:
    columns, outcome = planted()
    reference = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-10)
    reference.fit(columns, outcome)
    expected = np.r_[reference.intercept_, reference.coef_[0]]
    np.testing.assert_allclose(fit_logistic(columns, outcome, ridge=ridge), expected, atol=1e-7)


def test_planted_coefficients_are_recovered() -> None:
    found = fit_logistic(*planted(rows=100_000), ridge=0.0)
    np.testing.assert_allclose(found, [-1.0, 0.7, -1.4], atol=0.04)


def test_the_intercept_alone_is_the_base_rates_log_odds() -> None:
    found = fit_logistic(np.zeros((4, 0)), np.array([0.0, 0.0, 0.0, 1.0]), ridge=1.0)
    assert found[0] == pytest.approx(np.log(1 / 3))


def test_weight_two_equals_the_row_twice() -> None:
    columns, outcome = planted(rows=200)
    twice = fit_logistic(np.tile(columns, (2, 1)), np.tile(outcome, 2), ridge=1.0)
    weighted = fit_logistic(columns, outcome, ridge=1.0, weight=np.full(200, 2.0))
    np.testing.assert_array_equal(weighted, twice)


def test_separable_data_stay_finite_with_a_ridge() -> None:
    column = np.linspace(-1, 1, 50)[:, None]
    found = fit_logistic(column, (column[:, 0] > 0).astype(float), ridge=1.0)
    assert 1 < found[1] < 100


def test_one_outcome_only_is_refused() -> None:
    with pytest.raises(ValueError, match="needs both outcomes; 3 are 1"):
        fit_logistic(np.zeros((3, 1)), np.ones(3), ridge=1.0)


def test_log_odds_of_certainty_are_finite() -> None:
    np.testing.assert_allclose(log_odds(np.array([0.5, 0.75])), [0, np.log(3)])
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_standard_errors_equal_the_inverse_hessian_where_rows_are_independent() -> None:
    columns, outcome = planted(40_000)
    fitted = fit_logistic(columns, outcome, ridge=0.0)
    design = np.column_stack([np.ones(len(outcome)), columns])
    spread = expit(design @ fitted) * (1 - expit(design @ fitted))
    inverse = np.linalg.inv((design * spread[:, None]).T @ design)
    errors = logistic_errors(columns, outcome, fitted, ridge=0.0, group=np.arange(len(outcome)))
    np.testing.assert_allclose(errors, np.sqrt(np.diag(inverse)), rtol=0.03)


def test_three_nights_of_the_same_customers_are_no_more_certain_than_one() -> None:
    columns, outcome = planted()
    fitted = fit_logistic(columns, outcome, ridge=0.0)
    group = np.arange(len(outcome))
    once = logistic_errors(columns, outcome, fitted, ridge=0.0, group=group)
    thrice = logistic_errors(
        np.vstack([columns] * 3), np.tile(outcome, 3), fitted, ridge=0.0, group=np.tile(group, 3)
    )
    np.testing.assert_allclose(thrice, once, rtol=1e-6)


def test_standard_errors_match_the_spread_of_repeated_samples() -> None:
    random = np.random.default_rng(5)
    estimates, errors = [], []
    for _ in range(60):
        columns = random.normal(size=(1500, 2))
        outcome = (random.random(1500) < expit(columns @ [1.0, -0.5] - 1)).astype(float)
        fitted = fit_logistic(columns, outcome, ridge=1.0)
        group = np.arange(1500)
        estimates.append(fitted)
        errors.append(logistic_errors(columns, outcome, fitted, ridge=1.0, group=group))
    spread = np.std(estimates, axis=0, ddof=1)
    # The spread of 60 samples is itself known to 9 % only; three times that.
    np.testing.assert_allclose(np.mean(errors, axis=0), spread, rtol=0.28)
