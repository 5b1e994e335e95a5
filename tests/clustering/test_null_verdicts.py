"""Whether `natural` is claimed where nothing is, and is where something is."""

import numpy as np
import pytest

from bench.null_verdicts import NULLS, planted, verdict_on
from orchestration.samples.planted.world import NOISE

pytestmark = pytest.mark.long

SEEDS = range(2)
CUSTOMERS = 300


@pytest.mark.parametrize("kind", NULLS)
def test_customers_without_clusters_are_not_called_natural(kind: str) -> None:
    """Of all 200 seeds `python -m bench.null_verdicts` counts; these are the first."""
    for seed in SEEDS:
        values = NULLS[kind](np.random.default_rng([seed, 1]), CUSTOMERS)
        found = verdict_on(values, random_state=seed, is_only_natural_asked=True)
        assert found["verdict"] == "not natural"


def test_five_planted_groups_that_hardly_overlap_are_natural() -> None:
    values = planted(np.random.default_rng([0, 1]), 2 * CUSTOMERS, noise=NOISE["low"])
    found = verdict_on(values, random_state=0)
    assert found["verdict"] == "natural"
    assert found["n_clusters"] == 5
