"""Customers with planted groups, shared by the tests of the clustering."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.behaviour_model import BehaviourModel, Segment
from models.registry import empty_registry
from models.segmenter import FittedBehaviour, fit_behaviour_model
from models.transforms import FeatureTransform, Scaler

Planter = Callable[..., pd.DataFrame]

GROUPS = {
    "often_much": {"recency_days": 5, "orders_365d": 60, "average_order_value_365d": 120},
    "often_little": {"recency_days": 8, "orders_365d": 50, "average_order_value_365d": 15},
    "seldom_much": {"recency_days": 60, "orders_365d": 6, "average_order_value_365d": 110},
    "seldom_little": {"recency_days": 90, "orders_365d": 4, "average_order_value_365d": 14},
}


def _plant(
    *, size: int = 120, seed: int = 7, groups: dict[str, dict[str, float]] | None = None
) -> pd.DataFrame:
    """Return `size` customers per group, each value its group's times lognormal noise of 15 %."""
    random = np.random.default_rng(seed)
    frames = []
    for name, centre in (groups or GROUPS).items():
        noise = np.exp(random.normal(0.0, 0.15, size=(size, len(centre))))
        frame = pd.DataFrame(noise * np.array(list(centre.values())), columns=list(centre))
        frame.index = pd.Index([f"{name}-{row:04d}" for row in range(size)], name="customer_id")
        frames.append(frame)
    return pd.concat(frames)


@pytest.fixture(scope="session")
def plant() -> Planter:
    return _plant


@pytest.fixture(scope="session")
def planted() -> pd.DataFrame:
    return _plant()


@pytest.fixture(scope="session")
def fitted(planted: pd.DataFrame) -> FittedBehaviour:
    fit = fit_behaviour_model(
        planted,
        trained_on=date(2026, 3, 2),
        random_state=0,
        previous=None,
        registry=empty_registry(),
    )
    assert isinstance(fit, FittedBehaviour)
    return fit


@pytest.fixture
def line(fitted: FittedBehaviour) -> BehaviourModel:
    """Centres at 0, 4 and 14: the borders at 2 and 9 count as near for 0.2 and 0.5."""
    name = fitted.model.segments[0].name
    transform = FeatureTransform(
        "orders_365d", fill=0.0, lower=-100.0, upper=100.0, is_logged=False, centre=0.0, scale=1.0
    )
    centres = {"behaviour.b01": 0.0, "behaviour.b02": 4.0, "behaviour.b07": 14.0}
    segments = tuple(Segment(key, (at,), 0.3, None, name) for key, at in centres.items())
    return replace(fitted.model, scaler=Scaler((transform,), ()), segments=segments)
