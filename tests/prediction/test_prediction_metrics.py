import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from models.prediction_metrics import (
    METRICS,
    Array,
    Ranked,
    area_under_curve,
    bias_ratio,
    brier_skill,
    calibration_slope,
    mean_absolute_error,
    normalised_gini,
    spearman,
)


def measure(name: str, actual: list[float] | Array, predicted: list[float] | Array) -> float:
    one, other = (Ranked.of(np.asarray(values, dtype=float)) for values in (actual, predicted))
    return METRICS[name](one, other, np.ones(len(one.values)))


@pytest.fixture
def outcomes() -> tuple[Array, Array]:
    random = np.random.default_rng(1)
    probability = np.round(expit(random.normal(-1, 1.5, size=500)), 2)
    return (random.random(500) < probability).astype(float), probability


def test_spearman_equals_scipys_with_ties() -> None:
    random = np.random.default_rng(0)
    actual, predicted = random.poisson(1.0, 300).astype(float), random.poisson(2.0, 300) + 0.0
    assert measure("spearman", actual, actual + predicted) == pytest.approx(
        spearmanr(actual, actual + predicted).statistic
    )


def test_auc_equals_sklearns_with_ties(outcomes: tuple[Array, Array]) -> None:
    assert measure("auc", *outcomes) == pytest.approx(roc_auc_score(*outcomes))
    assert area_under_curve(*outcomes) == pytest.approx(roc_auc_score(*outcomes))


def test_brier_skill_follows_from_sklearns_score(outcomes: tuple[Array, Array]) -> None:
    base = outcomes[0].mean()
    expected = 1 - brier_score_loss(*outcomes) / (base * (1 - base))
    assert measure("brier_skill", *outcomes) == pytest.approx(expected)


def test_calibration_slope_equals_sklearns_logistic_regression(
    outcomes: tuple[Array, Array],
) -> None:
    actual, probability = outcomes
    extreme = expit(2 * np.log(probability.clip(0.005) / (1 - probability.clip(0.005))))
    score = np.log(extreme / (1 - extreme))[:, None]
    slope = LogisticRegression(C=np.inf, tol=1e-10).fit(score, actual).coef_[0, 0]
    assert measure("calibration_slope", actual, extreme) == pytest.approx(slope, rel=1e-4)
    assert slope < 0.7


def test_hand_computed_values() -> None:
    # Brier: errors .04 + .04 = .08 against .25 + .25 = .5.
    assert measure("brier_skill", [0, 1], [0.2, 0.8]) == pytest.approx(1 - 0.08 / 0.5)
    assert measure("mean_absolute_error", [1, 2, 3], [2, 2, 5]) == pytest.approx(1.0)
    assert measure("bias_ratio", [1, 2, 3], [2, 2, 5]) == pytest.approx(1.5)
    # Gini: deviations (-3, -2, 5) times ranks: predicted order 1, 3, 2 gives 1, the right order 8.
    assert measure("normalised_gini", [1, 2, 9], [1, 3, 2]) == pytest.approx(1 / 8)
    assert measure("auc", [0, 1, 0, 1], [1, 2, 3, 4]) == pytest.approx(0.75)


def test_perfect_reversed_and_constant_predictions_have_their_ends() -> None:
    actual = [0.0, 1.0, 1.0, 7.0]
    for name in ("spearman", "normalised_gini"):
        assert measure(name, actual, actual) == pytest.approx(1.0)
        assert measure(name, actual, [-value for value in actual]) == pytest.approx(-1.0)
    assert measure("normalised_gini", actual, [2.0] * 4) == pytest.approx(0.0)
    assert np.isnan(measure("spearman", actual, [2.0] * 4))
    assert measure("brier_skill", [0, 1, 1], [2 / 3] * 3) == pytest.approx(0.0)


@pytest.mark.parametrize("name", ["auc", "brier_skill", "calibration_slope"])
def test_one_outcome_only_has_no_measure(name: str) -> None:
    assert np.isnan(measure(name, [1.0, 1.0, 1.0], [0.2, 0.4, 0.9]))


def test_nothing_spent_has_no_gini_and_no_bias() -> None:
    assert np.isnan(measure("normalised_gini", [0.0, 0.0], [1.0, 2.0]))
    assert np.isnan(measure("bias_ratio", [0.0, 0.0], [1.0, 2.0]))


@pytest.mark.parametrize("name", [*METRICS])
def test_weight_two_equals_the_row_twice(name: str, outcomes: tuple[Array, Array]) -> None:
    weight = np.random.default_rng(2).integers(0, 4, size=500)
    weighted = METRICS[name](*map(Ranked.of, outcomes), weight.astype(float))
    written_out = measure(name, *(np.repeat(values, weight) for values in outcomes))
    assert weighted == pytest.approx(written_out)


def test_the_table_of_metrics_names_the_functions() -> None:
    named = [spearman, normalised_gini, brier_skill, calibration_slope]
    named += [mean_absolute_error, bias_ratio]
    assert [METRICS[function.__name__] for function in named] == named
