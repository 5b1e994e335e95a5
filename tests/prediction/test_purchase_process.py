from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from scipy.special import beta as beta_function
from scipy.special import gamma as gamma_function
from scipy.special import hyp2f1

from models.purchase_likelihood import Likelihood
from models.purchase_process import (
    PARAMETERS,
    PurchaseProcess,
    expected_purchases,
    fit_purchase_process,
    p_alive,
)

Draw = Callable[..., pd.DataFrame]
Kind = Literal["bg_nbd", "mbg_nbd"]
KINDS: list[Kind] = ["bg_nbd", "mbg_nbd"]


def process(kind: Kind, *parameters: float) -> PurchaseProcess:
    none = (None, None, None, None)
    return PurchaseProcess(kind, *parameters, *none, None, 1, 1, "available", None)  # type: ignore[arg-type]


def test_bg_nbd_meets_the_published_estimates_for_cdnow(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie & Lee (2005), table 2.
    fit = fit_purchase_process(cdnow, kind="bg_nbd")
    found = [round(float(getattr(fit, name)), 3) for name in PARAMETERS]
    assert found == [0.243, 4.414, 0.793, 2.426]
    assert round(float(fit.log_likelihood or 0), 1) == -9582.4
    assert fit.customers == 2357


def test_mbg_nbd_meets_the_published_estimates_for_cdnow(cdnow: pd.DataFrame) -> None:
    # Platzer, BTYDplus (R package), MBG/NBD of the CDNOW sample.
    fit = fit_purchase_process(cdnow, kind="mbg_nbd")
    found = [round(float(getattr(fit, name)), 3) for name in PARAMETERS]
    assert found == [0.525, 6.183, 0.891, 1.614]


@pytest.mark.parametrize(
    ("kind", "log_likelihood", "alive", "expected"),
    [
        (
            "bg_nbd",
            -45.86100171676215,
            [1.0, 0.25098604, 0.93044967],
            [0.49449696, 0.1736557, 3.05249793],
        ),
        (
            "mbg_nbd",
            -46.099775781713966,
            [0.63641722, 0.30468293, 0.93421634],
            [0.3258741, 0.21318962, 3.07580796],
        ),
    ],
)
def test_formulas_equal_those_of_another_package(
    kind: Kind, log_likelihood: float, alive: list[float], expected: list[float]
) -> None:
    # lifetimes 0.11.3 (an independent implementation) at r .6, alpha 5.5, a .75, b 2.25.
    x, t_x, observed = (np.array(v) for v in ([0.0, 2, 15], [0.0, 11.5, 50.25], [8.0, 40, 52]))
    fixed = process(kind, 0.6, 5.5, 0.75, 2.25)
    likelihood = Likelihood.of(x, t_x, observed, np.ones(3), kind=kind)
    value = likelihood.value(np.log(fixed.parameters()))
    assert value == pytest.approx(log_likelihood, rel=1e-14)
    np.testing.assert_allclose(p_alive(fixed, x, t_x, observed), alive, atol=5e-9)
    expectation = expected_purchases(fixed, x, t_x, observed, weeks=13.0)
    np.testing.assert_allclose(expectation, expected, atol=5e-9)


def test_bg_nbd_meets_the_published_expectation_of_one_customer(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie & Lee's spreadsheet note: E[Y(39) | x = 2, t_x = 30.43, T = 38.86] = 1.226.
    fit = fit_purchase_process(cdnow, kind="bg_nbd")
    value = expected_purchases(fit, 2, 30.43, 38.86, weeks=39)
    assert round(float(value), 3) == 1.226


@pytest.mark.parametrize(
    ("kind", "x", "t_x", "expected"),
    [
        # r = alpha = a = b = 1, T = 3. BG, x = 0: alpha / (alpha + T) = 1/4.
        ("bg_nbd", 0.0, 0.0, 1 / 4),
        # MBG, x = 0: half of the customers stay (1/2 * 1/4), half drop at once (1/2).
        ("mbg_nbd", 0.0, 0.0, 1 / 8 + 1 / 2),
        # BG, x = 1, t_x = 1: B(1,2) / 4^2 + B(2,1) / 2^2 = 1/32 + 1/8.
        ("bg_nbd", 1.0, 1.0, 5 / 32),
        # MBG, x = 1, t_x = 1: B(1,3) / 4^2 + B(2,2) / 2^2 = 1/48 + 1/24.
        ("mbg_nbd", 1.0, 1.0, 3 / 48),
    ],
)
def test_likelihood_of_one_customer_equals_the_hand_computed_value(
    kind: Kind, x: float, t_x: float, expected: float
) -> None:
    one = np.ones(1)
    likelihood = Likelihood.of(x * one, t_x * one, 3 * one, 2 * one, kind=kind)
    assert likelihood.value(np.zeros(4)) == pytest.approx(2 * np.log(expected))


@pytest.mark.parametrize("kind", KINDS)
def test_likelihood_equals_the_formula_as_printed(kind: Kind) -> None:
    r, alpha, a, b, x, t_x, observed = 0.7, 3.0, 0.8, 2.5, 4.0, 6.0, 11.0
    d = int(kind == "mbg_nbd")
    share = gamma_function(r + x) * alpha**r / gamma_function(r) / beta_function(a, b)
    printed = share * (
        beta_function(a, b + x + d) / (alpha + observed) ** (r + x)
        + beta_function(a + 1, b + x + d - 1) / (alpha + t_x) ** (r + x)
    )
    one = np.ones(1)
    likelihood = Likelihood.of(x * one, t_x * one, observed * one, one, kind=kind)
    assert likelihood.value(np.log([r, alpha, a, b])) == pytest.approx(np.log(printed))


@pytest.mark.parametrize("kind", KINDS)
def test_derivatives_equal_finite_differences(kind: Kind, draw: Draw) -> None:
    groups = draw(kind, (0.6, 4.0, 0.7, 2.0), customers=200, weeks=50, seed=1)
    columns = ["repeats", "last_purchase_weeks", "observed_weeks", "customers"]
    data = (groups[name].to_numpy(float) for name in columns)
    likelihood = Likelihood.of(*data, kind=kind)
    point, step = np.log([0.5, 5.0, 0.9, 1.5]), 1e-5
    slopes, curvatures = [], []
    for move in step * np.eye(4):
        slopes.append((likelihood.value(point + move) - likelihood.value(point - move)) / 2 / step)
        ahead, behind = likelihood.gradient(point + move), likelihood.gradient(point - move)
        curvatures.append((ahead - behind) / 2 / step)
    np.testing.assert_allclose(likelihood.gradient(point), slopes, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(likelihood.hessian(point), curvatures, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_planted_parameters_are_recovered_within_three_standard_errors(
    kind: Kind, draw: Draw
) -> None:
    planted = (0.8, 5.0, 0.9, 3.0)
    fit = fit_purchase_process(draw(kind, planted, customers=20_000, weeks=80, seed=2), kind=kind)
    for name, truth in zip(PARAMETERS, planted, strict=True):
        error = float(getattr(fit, f"{name}_standard_error"))
        assert 0 < error < 0.15 * truth
        assert abs(float(getattr(fit, name)) - truth) < 3 * error, name


@pytest.mark.parametrize("kind", KINDS)
def test_standard_errors_match_the_spread_of_repeated_samples(kind: Kind, draw: Draw) -> None:
    planted = (1.0, 4.0, 0.8, 2.5)
    estimates, errors = [], []
    for seed in range(30):
        sample = draw(kind, planted, customers=3_000, weeks=60, seed=seed)
        fit = fit_purchase_process(sample, kind=kind)
        estimates.append([np.log(float(getattr(fit, name))) for name in PARAMETERS])
        errors.append(
            [
                float(getattr(fit, f"{name}_standard_error")) / float(getattr(fit, name))
                for name in PARAMETERS
            ]
        )
    spread = np.std(estimates, axis=0, ddof=1)
    # The spread of 30 samples is itself known to 13 % only; three times that.
    np.testing.assert_allclose(np.mean(errors, axis=0), spread, rtol=0.4)
    within = np.abs(np.array(estimates) - np.log(planted)) < 1.96 * np.array(errors)
    assert within.mean() > 0.88


@pytest.mark.parametrize("kind", KINDS)
def test_row_order_does_not_change_a_digit(kind: Kind, cdnow: pd.DataFrame) -> None:
    shuffled = cdnow.sample(frac=1, random_state=3)
    assert fit_purchase_process(shuffled, kind=kind) == fit_purchase_process(cdnow, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_weight_two_equals_the_row_twice(kind: Kind, cdnow: pd.DataFrame) -> None:
    twice = fit_purchase_process(pd.concat([cdnow, cdnow]), kind=kind)
    assert fit_purchase_process(cdnow.assign(customers=2), kind=kind) == twice
    assert twice.customers == 2 * 2357


def test_weeks_counted_in_days_scale_alpha_alone(cdnow: pd.DataFrame) -> None:
    names = ["last_purchase_weeks", "observed_weeks"]
    in_days = cdnow.assign(**{name: cdnow[name] * 7 for name in names})
    weeks, days = (fit_purchase_process(rows, kind="mbg_nbd") for rows in (cdnow, in_days))
    assert weeks.alpha is not None
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-7)
    assert (days.r, days.b) == (pytest.approx(weeks.r), pytest.approx(weeks.b))


def test_a_customer_of_one_order_is_alive_in_the_bg_nbd_and_doubted_in_the_mbg_nbd() -> None:
    parameters = (0.5, 6.0, 0.9, 1.6)
    assert float(p_alive(process("bg_nbd", *parameters), 0, 0, 500)) == 1.0
    doubted = p_alive(process("mbg_nbd", *parameters), [0, 0, 0], 0, [0, 30, 500])
    assert doubted[0] == pytest.approx(1.6 / 2.5)
    assert np.all(np.diff(doubted) < 0)


def test_p_alive_equals_the_hand_computed_value() -> None:
    # r = alpha = a = b = 1, x = 1, t_x = 1, T = 3: odds of a drop-out (4/2)^2 a / (b + x - 1).
    assert float(p_alive(process("bg_nbd", 1, 1, 1, 1), 1, 1, 3)) == pytest.approx(1 / 5)
    assert float(p_alive(process("mbg_nbd", 1, 1, 1, 1), 1, 1, 3)) == pytest.approx(1 / 3)


def test_p_alive_stays_a_probability_with_thousands_of_orders() -> None:
    values = p_alive(process("mbg_nbd", 0.5, 6, 0.9, 1.6), 5000, [1.0, 900.0, 1000.0], 1000)
    assert values[0] == 0.0
    assert 0.99 < values[2] <= 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_p_alive_and_expectation_equal_what_the_played_process_does(kind: Kind, draw: Draw) -> None:
    parameters = (0.9, 4.0, 0.6, 2.2)
    played = draw(kind, parameters, customers=200_000, weeks=60, ahead=26.0, seed=5)
    history = [played[name] for name in ["repeats", "last_purchase_weeks", "observed_weeks"]]
    model = process(kind, *parameters)
    for actual, expected in [
        (played["is_alive"].astype(float), p_alive(model, *history)),
        (played["future"], expected_purchases(model, *history, weeks=26.0)),
    ]:
        difference = actual - expected
        for _, part in difference.groupby(played["repeats"].clip(upper=5)):
            assert abs(part.mean()) <= 4 * part.std() / np.sqrt(len(part))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weeks", [0.5, 13.0, 52.0])
@pytest.mark.parametrize("parameters", [(0.24, 4.4, 0.79, 2.4), (2.0, 1.0, 0.3, 5.0)])
def test_expectation_equals_the_closed_form_with_2f1(
    kind: Kind, weeks: float, parameters: tuple[float, float, float, float]
) -> None:
    r, alpha, a, b = parameters
    x, t_x = np.array([0.0, 1.0, 2.0, 10.0, 30.0]), np.array([0.0, 1.0, 30.0, 38.0, 39.0])
    survived, end = b + x + (kind == "mbg_nbd"), alpha + 39.0
    series = hyp2f1(r + x, survived, a + survived - 1, weeks / (end + weeks))
    lost = 1 - (end / (end + weeks)) ** (r + x) * series
    model = process(kind, *parameters)
    closed = (a + survived - 1) / (a - 1) * lost * p_alive(model, x, t_x, 39.0)
    found = expected_purchases(model, x, t_x, 39.0, weeks=weeks)
    np.testing.assert_allclose(found, closed, rtol=1e-7, atol=2e-9)


def test_expectation_of_a_new_mbg_customer_is_that_of_the_population() -> None:
    # Batislam et al. (2007), eq. 4, where x = t_x = T = 0 tells nothing.
    r, alpha, a, b, t = 0.5, 6.0, 1.9, 1.6, 20.0
    series = hyp2f1(r, b + 1, a + b, t / (alpha + t))
    population = b / (a - 1) * (1 - (alpha / (alpha + t)) ** r * series)
    value = expected_purchases(process("mbg_nbd", r, alpha, a, b), 0, 0, 0, weeks=t)
    assert float(value) == pytest.approx(population, abs=1e-9)


def test_expectation_has_no_hole_at_a_equal_one() -> None:
    around = [
        float(expected_purchases(process("bg_nbd", 0.5, 6.0, a, 2.0), 3, 20, 30, weeks=13))
        for a in (1 - 1e-7, 1.0, 1 + 1e-7)
    ]
    assert around[0] == pytest.approx(around[1], abs=1e-6)
    assert around[2] == pytest.approx(around[1], abs=1e-6)


def test_expectation_of_a_daily_customer_is_about_the_own_rate() -> None:
    value = expected_purchases(process("bg_nbd", 1.0, 1.0, 0.5, 500.0), 7000, 1000, 1000, weeks=13)
    assert float(value) == pytest.approx(7 * 13, rel=0.01)


def test_nothing_is_expected_of_no_time() -> None:
    assert float(expected_purchases(process("bg_nbd", 1, 1, 1, 1), 3, 2, 4, weeks=0)) == 0.0


def test_rows_name_each_parameter_with_its_standard_error(cdnow: pd.DataFrame) -> None:
    fit = fit_purchase_process(cdnow, kind="mbg_nbd")
    rows = fit.to_rows()
    assert [row["parameter"] for row in rows] == [*PARAMETERS, "log_likelihood"]
    assert rows[1] == {
        "parameter": "alpha",
        "estimate": fit.alpha,
        "standard_error": fit.alpha_standard_error,
    }
    assert rows[-1]["standard_error"] is None


def test_ninety_nine_repeat_customers_are_too_few(cdnow: pd.DataFrame) -> None:
    few = cdnow[cdnow["repeats"] > 0].head(99)
    fit = fit_purchase_process(few, kind="mbg_nbd")
    assert (fit.status, fit.r, fit.to_rows()) == ("not_available", None, [])
    assert fit.status_reason == "99 customers with a second order day; at least 100 needed"
    with pytest.raises(ValueError, match="not available: 99 customers"):
        p_alive(fit, 1, 1, 2)


def test_a_population_that_never_drops_out_is_not_available() -> None:
    groups = pd.DataFrame(
        {
            "repeats": [5, 20],
            "last_purchase_weeks": [50.0, 50.0],
            "observed_weeks": [50.0, 50.0],
            "customers": [300, 300],
        }
    )
    fit = fit_purchase_process(groups, kind="bg_nbd")
    assert fit.status == "not_available"
    assert "none is seen to drop out" in str(fit.status_reason)


def test_no_customers_at_all_are_not_available(cdnow: pd.DataFrame) -> None:
    fit = fit_purchase_process(cdnow.head(0), kind="bg_nbd")
    assert (fit.status, fit.customers) == ("not_available", 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("repeats", -1),
        ("repeats", 1.5),
        ("repeats", 0),
        ("last_purchase_weeks", 0),
        ("last_purchase_weeks", 31),
        ("observed_weeks", -1),
        ("customers", 0),
    ],
)
def test_impossible_groups_are_refused(column: str, value: float) -> None:
    row = {"repeats": [2.0], "last_purchase_weeks": 20.0, "observed_weeks": 30.0, "customers": 1.0}
    with pytest.raises(ValueError, match="1 of 1 purchase groups are impossible"):
        fit_purchase_process(pd.DataFrame(row).assign(**{column: value}), kind="bg_nbd")


def test_null_values_and_missing_columns_are_named(cdnow: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="null or infinite"):
        fit_purchase_process(cdnow.assign(repeats=np.nan), kind="bg_nbd")
    with pytest.raises(ValueError, match=r"lack \['customers'\]"):
        fit_purchase_process(cdnow.drop(columns="customers"), kind="bg_nbd")
