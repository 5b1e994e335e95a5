import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from models.gamma_gamma import (
    PARAMETERS,
    GammaGamma,
    expected_average_spend,
    fit_gamma_gamma,
    log_likelihood,
)


def planted_spend(p: float, q: float, v: float, *, customers: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rate = random.gamma(q, 1 / v, size=customers)
    repeats = random.integers(1, 8, size=customers)
    total = random.gamma(p * repeats, 1 / rate)
    return pd.DataFrame({"repeats": repeats, "mean_spend": total / repeats, "customers": 1})


@pytest.fixture(scope="module")
def repeat_spend(cdnow: pd.DataFrame) -> pd.DataFrame:
    return cdnow[(cdnow["repeats"] > 0) & (cdnow["mean_spend"] > 0)]


def model(p: float, q: float, v: float) -> GammaGamma:
    return GammaGamma(p, q, v, None, None, None, None, None, 1, "available", None)


def test_the_published_estimates_for_cdnow_are_met(repeat_spend: pd.DataFrame) -> None:
    # Fader & Hardie (2013), for the same customers.
    fit = fit_gamma_gamma(repeat_spend)
    found = [round(float(getattr(fit, name)), 2) for name in PARAMETERS]
    assert found == [6.25, 3.74, 15.44]
    assert fit.customers == 946
    assert fit.status_reason is None


def test_likelihood_equals_the_hand_computed_value() -> None:
    # p = q = v = 1, x = 2, z = 3: Gamma(3) / Gamma(2) * 3 * 2^2 / 7^3 = 2 * 12 / 343, twice.
    value = log_likelihood(np.array([2.0]), np.array([3.0]), np.array([2.0]), p=1.0, q=1.0, v=1.0)
    assert value == pytest.approx(2 * np.log(24 / 343))


def test_log_likelihood_of_the_fit_is_that_of_its_estimates(repeat_spend: pd.DataFrame) -> None:
    fit = fit_gamma_gamma(repeat_spend)
    x, spend = repeat_spend["repeats"].to_numpy(float), repeat_spend["mean_spend"].to_numpy()
    estimates = {name: float(getattr(fit, name)) for name in PARAMETERS}
    best = log_likelihood(x, spend, np.ones(len(x)), **estimates)
    assert fit.log_likelihood == pytest.approx(best, abs=1e-6)
    for name in PARAMETERS:
        for factor in (0.99, 1.01):
            other = log_likelihood(
                x, spend, np.ones(len(x)), **estimates | {name: factor * estimates[name]}
            )
            assert other < best


def test_planted_parameters_are_recovered_within_three_standard_errors() -> None:
    planted = (5.0, 4.0, 40.0)
    fit = fit_gamma_gamma(planted_spend(*planted, customers=20_000, seed=1))
    for name, truth in zip(PARAMETERS, planted, strict=True):
        error = float(getattr(fit, f"{name}_standard_error"))
        assert 0 < error < 0.1 * truth
        assert abs(float(getattr(fit, name)) - truth) < 3 * error, name


def test_standard_errors_match_the_spread_of_repeated_samples() -> None:
    estimates, errors = [], []
    for seed in range(40):
        fit = fit_gamma_gamma(planted_spend(5.0, 4.0, 40.0, customers=1000, seed=seed))
        estimates.append([float(getattr(fit, name)) for name in PARAMETERS])
        errors.append([float(getattr(fit, f"{name}_standard_error")) for name in PARAMETERS])
    np.testing.assert_allclose(
        np.mean(errors, axis=0), np.std(estimates, axis=0, ddof=1), rtol=0.35
    )


def test_expected_spend_equals_the_hand_computed_values() -> None:
    # (v + x z) p / (p x + q - 1) with p = 2, q = 3, v = 10: population mean 2 * 10 / 2.
    values = expected_average_spend(model(2, 3, 10), [0, 1, 4, 2], [np.nan, 30.0, 30.0, -5.0])
    np.testing.assert_allclose(values, [10.0, 80 / 4, 260 / 10, 20 / 6])


def test_formulas_equal_those_of_another_package() -> None:
    # lifetimes 0.11.3 (an independent implementation) at p 6.25, q 3.75, v 15.5.
    x, spend = np.array([1.0, 2.0, 15.0]), np.array([20.0, 44.5, 31.25])
    value = log_likelihood(x, spend, np.ones(3), p=6.25, q=3.75, v=15.5)
    assert value == pytest.approx(-11.99102783441402, rel=1e-13)
    np.testing.assert_allclose(
        expected_average_spend(model(6.25, 3.75, 15.5), x, spend),
        [24.65277777777778, 42.82786885245901, 31.363341968911918],
        atol=1e-9,
    )


def test_expected_spend_equals_what_is_spent_next() -> None:
    random = np.random.default_rng(3)
    p, q, v, n = 4.0, 5.0, 60.0, 200_000
    rate, repeats = random.gamma(q, 1 / v, size=n), random.integers(1, 5, size=n)
    mean = random.gamma(p * repeats, 1 / rate) / repeats
    following = random.gamma(p, 1 / rate)
    difference = pd.Series(following - expected_average_spend(model(p, q, v), repeats, mean))
    for _, part in difference.groupby(pd.qcut(mean, 5)):
        assert abs(part.mean()) < 4 * part.std() / np.sqrt(len(part))


def test_row_order_and_weights_do_not_change_a_digit(repeat_spend: pd.DataFrame) -> None:
    fit = fit_gamma_gamma(repeat_spend)
    assert fit_gamma_gamma(repeat_spend.sample(frac=1, random_state=1)) == fit
    twice = fit_gamma_gamma(pd.concat([repeat_spend, repeat_spend]))
    assert fit_gamma_gamma(repeat_spend.assign(customers=2)) == twice


def test_another_currency_scales_v_alone(repeat_spend: pd.DataFrame) -> None:
    dear = repeat_spend.assign(mean_spend=100 * repeat_spend["mean_spend"])
    fit, scaled = fit_gamma_gamma(repeat_spend), fit_gamma_gamma(dear)
    assert fit.v is not None
    assert scaled.v == pytest.approx(100 * fit.v, rel=1e-7)
    assert (scaled.p, scaled.q) == (pytest.approx(fit.p), pytest.approx(fit.q))


def test_correlation_equals_that_of_the_rows_written_out() -> None:
    groups = planted_spend(5.0, 4.0, 40.0, customers=60, seed=9)
    groups["customers"] = np.random.default_rng(0).integers(1, 4, size=60)
    written_out = groups.loc[groups.index.repeat(groups["customers"])]
    expected = spearmanr(written_out["repeats"], written_out["mean_spend"]).statistic
    found = fit_gamma_gamma(groups).spend_frequency_correlation
    assert found == pytest.approx(expected, abs=1e-9)


def test_spend_that_grows_with_frequency_is_said() -> None:
    groups = planted_spend(5.0, 4.0, 40.0, customers=2000, seed=4)
    groups["mean_spend"] *= groups["repeats"]
    fit = fit_gamma_gamma(groups)
    assert fit.status == "available"
    assert "spend and frequency are correlated (0." in str(fit.status_reason)
    assert "understated" in str(fit.status_reason)


def test_ninety_nine_customers_are_too_few(repeat_spend: pd.DataFrame) -> None:
    fit = fit_gamma_gamma(repeat_spend.head(99))
    assert (fit.status, fit.p, fit.to_rows()) == ("not_available", None, [])
    assert "99 customers with spend on a repeat order day" in str(fit.status_reason)
    with pytest.raises(ValueError, match="not available: 99 customers"):
        expected_average_spend(fit, 1, 1)


def test_no_customers_at_all_are_not_available(repeat_spend: pd.DataFrame) -> None:
    fit = fit_gamma_gamma(repeat_spend.head(0))
    assert (fit.status, fit.customers, fit.spend_frequency_correlation) == (
        "not_available",
        0,
        None,
    )


def test_everybody_spending_the_same_is_not_available() -> None:
    fit = fit_gamma_gamma(pd.DataFrame({"repeats": [1, 3], "mean_spend": 10.0, "customers": 200}))
    assert fit.status == "not_available"
    assert "too alike" in str(fit.status_reason)


@pytest.mark.parametrize("column", ["repeats", "mean_spend", "customers"])
def test_impossible_and_null_values_are_refused(column: str) -> None:
    groups = pd.DataFrame({"repeats": [2.0], "mean_spend": 5.0, "customers": 200.0})
    with pytest.raises(ValueError, match="1 of 1 spend groups are impossible"):
        fit_gamma_gamma(groups.assign(**{column: 0}))
    with pytest.raises(ValueError, match="null or infinite"):
        fit_gamma_gamma(groups.assign(**{column: np.nan}))
    with pytest.raises(ValueError, match=rf"lack \['{column}'\]"):
        fit_gamma_gamma(groups.drop(columns=column))
