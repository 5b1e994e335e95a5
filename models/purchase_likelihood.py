"""The likelihood of the BG/NBD and MBG/NBD purchase processes, with its exact derivatives."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, expit, gammaln, polygamma

from models.likelihood_search import Top, find_top

ProcessKind = Literal["bg_nbd", "mbg_nbd"]

START = np.log([1.0, 1.0, 1.0, 2.0])
"""Log of r, alpha (in typical gaps), a and b; the search has been seen to end alike from others."""
SEARCH_RANGE = (1e-5, 1e7)
"""Of r, a and b; wider than what is accepted, so that a fit that wants to leave is seen to."""
ALPHA_REACH = 20.0
"""Of log alpha around its start; beyond e^20 typical gaps no data speak."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Likelihood:
    """The grouped data of one fit.

    With d = 0 in the BG/NBD and 1 in the MBG/NBD, a customer's likelihood is
    Gamma(r+x)/Gamma(r) alpha^r { B(a, b+x+d)/B(a, b) (alpha+T)^-(r+x)
    + [x+d > 0] B(a+1, b+x+d-1)/B(a, b) (alpha+t_x)^-(r+x) }:
    eq. 6 of Fader, Hardie & Lee (2005); appendix A of Batislam, Denizel & Filiztekin (2007), whose
    customers have one chance more to drop out, after the first order (their eq. 1; that paper's
    numbers as others cite them, the formulas held against two packages). The second is
    that of a drop-out at t_x; its share is 1 - P(alive), which is why the derivatives below are
    written with it. Sums over functions of x alone run over the distinct x, which makes a
    million groups cheap.
    """

    x: Array
    t_x: Array
    observed: Array
    weight: Array
    distinct_x: Array
    position: npt.NDArray[np.intp]
    weight_by_x: Array
    flips: int

    @classmethod
    def of(
        cls, x: Array, t_x: Array, observed: Array, weight: Array, *, kind: ProcessKind
    ) -> "Likelihood":
        """Return the likelihood of checked groups."""
        if kind not in ("bg_nbd", "mbg_nbd"):
            raise ValueError(f"kind must be 'bg_nbd' or 'mbg_nbd', not {kind!r}.")
        distinct_x, position = np.unique(x, return_inverse=True)
        weight_by_x = np.bincount(position, weights=weight).astype(np.float64)
        return cls(
            x, t_x, observed, weight, distinct_x, position, weight_by_x, int(kind == "mbg_nbd")
        )

    def value(self, log_parameters: Array) -> float:
        """Return the log likelihood at log (r, alpha, a, b)."""
        r, alpha, a, b = np.exp(log_parameters)
        x, weight = self.distinct_x, self.weight_by_x
        survived = b + x + self.flips
        of_x = (
            gammaln(r + x)
            - gammaln(r)
            + gammaln(survived)
            - gammaln(b)
            + gammaln(a + b)
            - gammaln(a + survived)
        )
        rest = -r * np.log1p(self.observed / alpha) - self.x * np.log(alpha + self.observed)
        rest = rest + np.logaddexp(0.0, self._log_odds_dropped(np.exp(log_parameters)))
        return float((weight * of_x).sum() + (self.weight * rest).sum())

    def gradient(self, log_parameters: Array) -> Array:
        """Return the derivatives by log (r, alpha, a, b)."""
        parameters: Array = np.exp(log_parameters)
        return parameters * self._slopes(parameters)

    def hessian(self, log_parameters: Array) -> Array:
        """Return the second derivatives by log (r, alpha, a, b)."""
        parameters = np.exp(log_parameters)
        r, alpha, a, b = parameters
        x, weight = self.distinct_x, self.weight_by_x
        survived = b + x + self.flips
        ahead, behind = alpha + self.observed, alpha + self.t_x
        shape = r + self.x
        hessian = np.zeros((4, 4))
        both = polygamma(1, a + b) - polygamma(1, a + survived)
        hessian[0, 0] = (weight * (polygamma(1, r + x) - polygamma(1, r))).sum()
        hessian[0, 1] = (self.weight * (1 / alpha - 1 / ahead)).sum()
        hessian[1, 1] = (self.weight * (shape / ahead**2 - r / alpha**2)).sum()
        hessian[2, 2] = hessian[2, 3] = (weight * both).sum()
        hessian[3, 3] = (weight * (both + polygamma(1, survived) - polygamma(1, b))).sum()
        dropped = expit(self._log_odds_dropped(parameters))
        share = self.weight * dropped
        slopes = self._log_odds_slopes(parameters)
        for row in range(4):
            for column in range(row, 4):
                product = share * (1 - dropped) * slopes[row] * slopes[column]
                hessian[row, column] += product.sum()
        hessian[0, 1] += (share * (1 / ahead - 1 / behind)).sum()
        hessian[1, 1] += (share * shape * (1 / behind**2 - 1 / ahead**2)).sum()
        hessian[2, 2] -= share.sum() / a**2
        hessian[3, 3] += (share * slopes[3] ** 2).sum()
        full = np.triu(hessian) + np.triu(hessian, 1).T
        in_logs: Array = full * np.outer(parameters, parameters)
        return in_logs + np.diag(parameters * self._slopes(parameters))

    def maximise(self) -> Top:
        """Return the maximum, or where the search for it ended."""
        repeated = self.x > 0
        gaps = self.t_x[repeated] / self.x[repeated]
        typical = float(np.average(np.log(gaps), weights=self.weight[repeated]))
        low, high = np.log(SEARCH_RANGE)
        return find_top(
            self.value,
            self.gradient,
            self.hessian,
            start=START + np.array([0.0, typical, 0.0, 0.0]),
            low=np.array([low, typical - ALPHA_REACH, low, low]),
            high=np.array([high, typical + ALPHA_REACH, high, high]),
            scale=float(self.weight.sum()),
        )

    def _log_odds_dropped(self, parameters: Array) -> Array:
        """Return log((1 - P(alive)) / P(alive)); minus infinity where nobody can have dropped."""
        r, alpha, a, b = parameters
        of_x = np.where(self._can_drop, np.log(a) - np.log(self._survived_before(b)), -np.inf)
        log_odds: Array = of_x[self.position] + (r + self.x) * self._log_stretch(alpha)
        return log_odds

    def _log_odds_slopes(self, parameters: Array) -> list[Array]:
        """Return the derivatives of the log odds by r, alpha, a and b, where there are odds."""
        r, alpha, a, b = parameters
        ahead, behind = alpha + self.observed, alpha + self.t_x
        return [
            self._log_stretch(alpha),
            (r + self.x) * (self.t_x - self.observed) / (ahead * behind),
            np.full_like(self.x, 1 / a),
            (-1 / self._survived_before(b))[self.position],
        ]

    def _log_stretch(self, alpha: np.float64) -> Array:
        """Return log((alpha + T) / (alpha + t_x))."""
        stretch: Array = np.log1p((self.observed - self.t_x) / (alpha + self.t_x))
        return stretch

    def _slopes(self, parameters: Array) -> Array:
        """Return the derivatives of the log likelihood by r, alpha, a and b."""
        r, alpha, a, b = parameters
        x, weight = self.distinct_x, self.weight_by_x
        survived = b + x + self.flips
        both = digamma(a + b) - digamma(a + survived)
        waited = np.log1p(self.observed / alpha)
        lost = (r + self.x) / (alpha + self.observed)
        base = [
            (weight * (digamma(r + x) - digamma(r))).sum() - (self.weight * waited).sum(),
            (self.weight * (r / alpha - lost)).sum(),
            (weight * both).sum(),
            (weight * (both + digamma(survived) - digamma(b))).sum(),
        ]
        dropped = self.weight * expit(self._log_odds_dropped(parameters))
        slopes = self._log_odds_slopes(parameters)
        of_drop_out = [(dropped * slope).sum() for slope in slopes]
        total: Array = np.array(base) + np.array(of_drop_out)
        return total

    @property
    def _can_drop(self) -> npt.NDArray[np.bool_]:
        return self.distinct_x + self.flips > 0

    def _survived_before(self, b: np.float64) -> Array:
        """Return b + x + d - 1 by distinct x: b' before the last chance to drop out."""
        before: Array = np.where(self._can_drop, b + self.distinct_x + self.flips - 1, 1.0)
        return before
