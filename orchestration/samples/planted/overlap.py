"""How well anybody could tell the planted segments apart."""

import numpy as np

from orchestration.samples.planted.world import SEGMENTS


def bayes_error(noise: float, *, customers: int = 200_000, random_state: int = 0) -> float:
    """Return the smallest possible share of wrongly guessed segments, by Monte Carlo.

    The guess knows the customer's exact point, the centres, the noise and the shares; a real
    model only sees the orders drawn from that point, and does worse.

    Parameters
    ----------
    noise : standard deviation in every direction, in units of the measures.
    customers : drawn; the standard error of the result is at most 0.5 / sqrt(customers).

    Returns
    -------
    Share in [0, 1]; 0 means that every segment can be told.
    """
    draws = np.random.default_rng(random_state)
    shares = np.array([segment.share for segment in SEGMENTS])
    centres = np.array([segment.centre for segment in SEGMENTS])
    segments = draws.choice(len(SEGMENTS), size=customers, p=shares)
    points = centres[segments] + noise * draws.standard_normal((customers, centres.shape[1]))
    squares = ((points[:, None, :] - centres) ** 2).sum(axis=2)
    guesses = (np.log(shares) - squares / (2 * noise**2)).argmax(axis=1)
    return float((guesses != segments).mean())
