import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from models.cadence import fit_cadence, gap_quantile, log_likelihood


def planted_gaps(r: float, alpha: float, *, customers: int, seed: int) -> pd.DataFrame:
    """Return one row per customer: 1 to 8 gaps at a rate drawn from gamma(r, alpha)."""
    random = np.random.default_rng(seed)
    rates = random.gamma(r, 1 / alpha, size=customers)
    gaps = random.integers(1, 9, size=customers)
    days = random.gamma(gaps, 1 / rates)
    return pd.DataFrame({"gaps": gaps, "gap_days": days, "customers": 1})


def test_likelihood_of_one_gap_equals_the_hand_computed_quarter() -> None:
    # Gamma(2) / Gamma(1) * 1^1 / (1 + 1)^2 = 1 / 4, for two customers.
    one, two = np.array([1.0]), np.array([2.0])
    assert log_likelihood(one, one, two, r=1.0, alpha=1.0) == pytest.approx(2 * np.log(0.25))


def test_likelihood_of_three_gaps_equals_the_hand_computed_value() -> None:
    # Gamma(5) / Gamma(2) * 10^2 / (10 + 30)^5 = 24 * 100 / 102400000.
    value = log_likelihood(np.array([3.0]), np.array([30.0]), np.array([1.0]), r=2.0, alpha=10.0)
    assert value == pytest.approx(np.log(24 * 100 / 102_400_000))


@pytest.mark.parametrize(
    ("q", "n", "days", "r", "expected"),
    [
        (0.75, 1, 10, 1.0, 20.0),  # (10 + 10) * (4^(1/2) - 1)
        (0.8, 0, 0, 1.0, 40.0),  # 10 * (5 - 1): a one-time buyer
        (0.0, 3, 30, 2.0, 0.0),
        (0.9375, 2, 30, 2.0, 40.0),  # 40 * (16^(1/4) - 1)
    ],
)
def test_gap_quantile_equals_hand_computed_days(
    q: float, n: int, days: int, r: float, expected: float
) -> None:
    assert float(gap_quantile(q, n, days, r=r, alpha=10.0)) == pytest.approx(expected)


def test_gap_quantile_inverts_the_survival_function() -> None:
    q = np.array([0.8, 0.95, 0.99])
    t = gap_quantile(q, 4, 55, r=1.7, alpha=23.0)
    survival = ((23.0 + 55) / (23.0 + 55 + t)) ** (1.7 + 4)
    np.testing.assert_allclose(survival, 1 - q)


def test_gap_quantile_refuses_certainty() -> None:
    with pytest.raises(ValueError, match=r"q must lie in \[0, 1\)"):
        gap_quantile(1.0, 1, 10, r=1.0, alpha=10.0)


@pytest.mark.parametrize(("r", "alpha"), [(1.5, 20.0), (0.3, 5.0), (8.0, 250.0)])
def test_planted_rates_are_recovered_within_four_standard_errors(r: float, alpha: float) -> None:
    fit = fit_cadence(planted_gaps(r, alpha, customers=20_000, seed=1))
    assert fit.status == "available"
    assert fit.r is not None
    assert fit.alpha is not None
    assert fit.r_standard_error is not None
    assert fit.alpha_standard_error is not None
    assert abs(fit.r - r) < 4 * fit.r_standard_error < 0.2 * r
    assert abs(fit.alpha - alpha) < 4 * fit.alpha_standard_error < 0.2 * alpha


def test_a_flat_top_near_the_limit_is_still_a_maximum() -> None:
    fit = fit_cadence(planted_gaps(100.0, 1000.0, customers=20_000, seed=5))
    assert fit.status == "available"
    assert fit.r is not None
    assert fit.r_standard_error is not None
    assert abs(fit.r - 100.0) < 4 * fit.r_standard_error


def test_standard_errors_match_the_spread_of_repeated_samples() -> None:
    fits = [fit_cadence(planted_gaps(2.0, 30.0, customers=400, seed=seed)) for seed in range(60)]
    estimates = np.array([[fit.r, fit.alpha] for fit in fits], dtype=float)
    errors = np.array([[fit.r_standard_error, fit.alpha_standard_error] for fit in fits], float)
    np.testing.assert_allclose(errors.mean(axis=0), estimates.std(axis=0, ddof=1), rtol=0.35)


def test_estimate_equals_that_of_a_search_without_derivatives() -> None:
    groups = planted_gaps(1.2, 15.0, customers=500, seed=3)
    n, days = groups["gaps"].to_numpy(float), groups["gap_days"].to_numpy(float)
    weight = np.ones(len(groups))

    def negative(point: np.ndarray) -> float:
        return -log_likelihood(n, days, weight, r=np.exp(point[0]), alpha=np.exp(point[1]))

    search = minimize(
        negative, [0.0, 2.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    fit = fit_cadence(groups)
    assert fit.r == pytest.approx(np.exp(search.x[0]), rel=1e-6)
    assert fit.alpha == pytest.approx(np.exp(search.x[1]), rel=1e-6)
    assert fit.log_likelihood == pytest.approx(-search.fun, abs=1e-6)


def test_row_order_does_not_change_a_digit() -> None:
    groups = planted_gaps(1.2, 15.0, customers=500, seed=3)
    assert fit_cadence(groups.sample(frac=1, random_state=5)) == fit_cadence(groups)


def test_weight_two_equals_the_row_twice() -> None:
    groups = planted_gaps(1.2, 15.0, customers=300, seed=4)
    assert fit_cadence(groups.assign(customers=2)) == fit_cadence(pd.concat([groups, groups]))


def test_days_counted_in_halves_halve_alpha_and_keep_r() -> None:
    groups = planted_gaps(1.2, 15.0, customers=500, seed=3)
    whole, half = fit_cadence(groups), fit_cadence(groups.assign(gap_days=groups["gap_days"] / 2))
    assert whole.alpha is not None
    assert half.r == pytest.approx(whole.r, rel=1e-7)
    assert half.alpha == pytest.approx(whole.alpha / 2, rel=1e-7)


def test_estimates_carry_nine_decimals() -> None:
    row = fit_cadence(planted_gaps(1.2, 15.0, customers=300, seed=4)).to_row()
    for name in ["r", "alpha", "r_standard_error", "alpha_standard_error", "log_likelihood"]:
        assert row[name] == round(row[name], 9)


def test_ninety_nine_gaps_are_too_few_and_a_hundred_enough() -> None:
    random = np.random.default_rng(0)
    days = random.gamma(1.0, random.gamma(1.5, 10, size=100)) + 1
    groups = pd.DataFrame({"gaps": 1, "gap_days": days, "customers": 1})
    few = fit_cadence(groups.iloc[:99])
    assert (few.status, few.gaps, few.r) == ("not_available", 99, None)
    assert few.status_reason == "99 completed gaps between order days; at least 100 needed"
    assert fit_cadence(groups).status_reason != few.status_reason


def test_no_gaps_at_all_are_not_available() -> None:
    fit = fit_cadence(pd.DataFrame({"gaps": [], "gap_days": [], "customers": []}))
    assert (fit.status, fit.gaps, fit.customers) == ("not_available", 0, 0)


def test_customers_all_alike_are_not_available() -> None:
    fit = fit_cadence(pd.DataFrame({"gaps": [10], "gap_days": [70], "customers": [50]}))
    assert fit.status == "not_available"
    assert fit.r is None
    assert "outside 0.01-1000" in str(fit.status_reason)


def test_customers_from_different_worlds_are_not_available() -> None:
    groups = pd.DataFrame(
        {"gaps": 1, "gap_days": [10.0 ** (17 * i) for i in range(9)], "customers": 20}
    )
    fit = fit_cadence(groups)
    assert fit.status == "not_available"
    assert "too different from one another" in str(fit.status_reason)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["gaps", "gap_days", "customers"])
def test_values_that_are_not_finite_are_refused(column: str, value: float) -> None:
    groups = pd.DataFrame({"gaps": [1.0], "gap_days": [7.0], "customers": [200.0]})
    with pytest.raises(ValueError, match="null or infinite"):
        fit_cadence(groups.assign(**{column: value}))


@pytest.mark.parametrize(("column", "value"), [("gaps", 0), ("gap_days", 0), ("customers", -1)])
def test_impossible_groups_are_refused(column: str, value: int) -> None:
    groups = pd.DataFrame({"gaps": [1], "gap_days": [7], "customers": [200]})
    with pytest.raises(ValueError, match="1 of 1 cadence groups are impossible"):
        fit_cadence(groups.assign(**{column: value}))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"lack \['customers'\]"):
        fit_cadence(pd.DataFrame({"gaps": [1], "gap_days": [7]}))
