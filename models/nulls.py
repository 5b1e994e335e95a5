"""Data sets without clusters that have the margins and correlations of the real one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Array = npt.NDArray[np.float64]

MATCHING_STEPS = 6
"""Corrections of the latent correlations; the drawn ones are then within 0.01 of the data's."""
MATCHING_ROWS = 20_000
"""Draws from which the correlation that a latent one leads to is read."""
MIN_EIGENVALUE = 1e-6
"""Of a correlation matrix; below it a draw could not be computed."""


@dataclass(frozen=True)
class GaussianCopula:
    """One elliptic cloud, bent so that each feature has the values that it has in the data.

    `sorted_values` is (n_customers, n_features), each column by itself; `root` the lower
    triangular factor of the latent correlations.
    """

    sorted_values: Array
    root: Array

    def draw(self, n_customers: int, random: np.random.Generator) -> Array:
        """Return customers without clusters, (n_customers, n_features)."""
        latent = random.standard_normal((n_customers, len(self.root)))
        return _bent(latent @ self.root.T, self.sorted_values)


def fit_null(values: Array) -> GaussianCopula:
    """Learn a null model of homogeneous customers: a Gaussian copula with the data's margins.

    Hennig & Lin (2015), "Flexible parametric bootstrap for testing homogeneity against
    clustering": a null model has to have the structure that is no clustering. In behaviour that
    is skewness, many customers at the same value (no return, twelve active months) and
    correlation; one plain Gaussian has only the last. What is left is how the features go
    together beyond their correlations. Groups that single features show by themselves, in every
    combination, are in the null too: of them nothing is claimed.

    Features are tied, so the correlation of the drawn values is weaker than that of the latent
    ones; the latent ones are raised until the drawn ones have the data's (Cario & Nelson 1997,
    "NORTA"), as far as a Gaussian copula can.

    Parameters
    ----------
    values : (n_customers, n_features), in scaled units, each feature with at least two values.
    """
    from scipy.stats import rankdata

    sorted_values = np.sort(values, axis=0)
    wanted = _correlations(values)
    scores = ndtri(rankdata(values, axis=0) / (len(values) + 1))
    latent = _correlations(scores)
    draws = _uncorrelated_draws(values.shape[1])
    for _ in range(MATCHING_STEPS):
        drawn = _bent(draws @ _root(latent).T, sorted_values)
        latent = np.clip(latent + wanted - _correlations(drawn), -0.999, 0.999)
        np.fill_diagonal(latent, 1.0)
    return GaussianCopula(sorted_values, _root(latent))


def _uncorrelated_draws(n_features: int) -> Array:
    """Return standard normal values, the same ones always, correlated by not even chance."""
    draws = np.random.default_rng(0).standard_normal((MATCHING_ROWS, n_features))
    directions, _ = np.linalg.qr(draws - draws.mean(axis=0))
    scaled: Array = directions * np.sqrt(MATCHING_ROWS)
    return scaled


def _bent(latent: Array, sorted_values: Array) -> Array:
    """Return the quantile of each feature at the probability of its latent normal value."""
    places = ndtr(latent) * (len(sorted_values) - 1)
    known = np.arange(len(sorted_values))
    columns = [
        np.interp(place, known, column)
        for place, column in zip(places.T, sorted_values.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def _correlations(values: Array) -> Array:
    """Return Pearson's correlations; 0 with a feature that does not vary."""
    centred = values - values.mean(axis=0)
    norms = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(norms > 0, norms, 1.0)
    correlations: Array = unit.T @ unit
    np.fill_diagonal(correlations, 1.0)
    return correlations


def _root(correlations: Array) -> Array:
    """Return the Cholesky factor of the nearest correlations that can be drawn."""
    eigenvalues, vectors = np.linalg.eigh(correlations)
    mended = (vectors * np.maximum(eigenvalues, MIN_EIGENVALUE)) @ vectors.T
    deviations = np.sqrt(np.diag(mended))
    return np.asarray(np.linalg.cholesky(mended / np.outer(deviations, deviations)))
