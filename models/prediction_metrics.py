"""How good a prediction is, each measure over customers that count `weight` times."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.logistic import log_odds

SLOPE_STEPS = 8
"""Newton steps from slope 1; three are usual."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """Values and, for each, the place of its value among the distinct ones, ascending."""

    values: Array
    place: npt.NDArray[np.intp]
    latest: list[Array] = field(default_factory=list, compare=False, repr=False)
    """Weights and the ranks under them: several metrics ask for those of one resample."""

    @classmethod
    def of(cls, values: Array) -> "Ranked":
        return cls(values, np.unique(values, return_inverse=True)[1])

    def ranks(self, weight: Array) -> Array:
        """Return the middle rank of each value, from 1, ties sharing theirs."""
        if self.latest and self.latest[0] is weight:
            return self.latest[1]
        size = np.bincount(self.place, weights=weight)
        middle: Array = (np.cumsum(size) - (size - 1) / 2)[self.place]
        self.latest[:] = [weight, middle]
        return middle


Metric = Callable[[Ranked, Ranked, Array], float]
"""Of the actual values, the predictions and the weights; nan where it is not defined."""


def spearman(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the rank correlation in [-1, 1], 1 best; ties get middle ranks."""
    return _correlation(actual.ranks(weight), predicted.ranks(weight), weight)


def normalised_gini(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the Gini coefficient of the actual values in the predicted order, 1 if that is right.

    Cov(actual, rank of prediction) / Cov(actual, rank of actual): the Lorenz curve by prediction
    against that by the truth; 0 for a random order, at most 1. Ties share their rank.
    """
    top = _covariance(actual.values, predicted.ranks(weight), weight)
    best = _covariance(actual.values, actual.ranks(weight), weight)
    return top / best if best > 0 else float("nan")


def auc(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the area under the ROC curve in [0, 1] of a 0/1 outcome, 1 best, 0.5 chance."""
    positive = float((weight * actual.values).sum())
    negative = float(weight.sum()) - positive
    if positive <= 0 or negative <= 0:
        return float("nan")
    rank_sum = float((weight * actual.values * predicted.ranks(weight)).sum())
    return (rank_sum - positive * (positive + 1) / 2) / (positive * negative)


def brier_skill(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return 1 - Brier score / Brier score of the base rate: 1 best, 0 as good as the base rate."""
    base = np.average(actual.values, weights=weight)
    reference = float((weight * (actual.values - base) ** 2).sum())
    score = float((weight * (actual.values - predicted.values) ** 2).sum())
    return 1 - score / reference if reference > 0 else float("nan")


def calibration_slope(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the slope of the outcome's log odds on the prediction's (Cox 1958): 1 is calibrated.

    Below 1 the predictions are too extreme, above 1 too timid.
    """
    base = np.average(actual.values, weights=weight)
    score = log_odds(predicted.values)
    if not 0 < base < 1 or np.ptp(score) == 0:
        return float("nan")
    intercept, slope = 0.0, 1.0
    for _ in range(SLOPE_STEPS):
        probability = expit(intercept + slope * score)
        error = weight * (actual.values - probability)
        spread = weight * probability * (1 - probability)
        one, two, three = spread.sum(), (spread * score).sum(), (spread * score**2).sum()
        by_intercept, by_slope = error.sum(), (error * score).sum()
        determinant = one * three - two * two
        if not determinant > 0:
            return float("nan")
        intercept += (three * by_intercept - two * by_slope) / determinant
        step = (one * by_slope - two * by_intercept) / determinant
        slope += step
        if abs(step) < 1e-10:
            break
    return float(slope)


def mean_absolute_error(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the mean of |actual - predicted| in the units of the target, 0 best."""
    return float(np.average(np.abs(actual.values - predicted.values), weights=weight))


def bias_ratio(actual: Ranked, predicted: Ranked, weight: Array) -> float:
    """Return the predicted sum over the actual sum: 1 is unbiased."""
    total = float((weight * actual.values).sum())
    return float((weight * predicted.values).sum()) / total if total > 0 else float("nan")


def area_under_curve(outcome: Array, score: Array) -> float:
    """Return `auc` of plain arrays, each row counted once."""
    return auc(Ranked.of(outcome), Ranked.of(score), np.ones(len(outcome)))


def _covariance(first: Array, second: Array, weight: Array) -> float:
    """Return the weighted sum of products of deviations."""
    one = first - np.average(first, weights=weight)
    return float((weight * one * second).sum())


def _correlation(first: Array, second: Array, weight: Array) -> float:
    spread = _covariance(first, first, weight) * _covariance(second, second, weight)
    return _covariance(first, second, weight) / float(np.sqrt(spread)) if spread > 0 else np.nan


METRICS: dict[str, Metric] = {
    "spearman": spearman,
    "normalised_gini": normalised_gini,
    "auc": auc,
    "brier_skill": brier_skill,
    "calibration_slope": calibration_slope,
    "mean_absolute_error": mean_absolute_error,
    "bias_ratio": bias_ratio,
}
"""By the name under which they are stored."""
PROBABILITY_METRICS = ("brier_skill", "auc", "calibration_slope")
"""Of a 0/1 target."""
AMOUNT_METRICS = ("spearman", "normalised_gini", "mean_absolute_error", "bias_ratio")
"""Of counts and money."""
