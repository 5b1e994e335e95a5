import numpy as np
import pandas as pd
import pytest

from models.prediction_baselines import fit_ratio_baseline, fit_recency_baseline


def test_recency_alone_is_calibrated_on_its_own_night() -> None:
    random = np.random.default_rng(0)
    recency = pd.Series(random.integers(0, 180, size=5000))
    churned = pd.Series((random.random(5000) < recency / 250).astype(float))
    predicted = fit_recency_baseline(recency, churned).predict(recency)
    assert predicted.mean() == pytest.approx(churned.mean(), abs=1e-6)
    assert predicted[recency.idxmax()] > predicted[recency.idxmin()]
    assert predicted.between(0, 1).all()


def test_a_ratio_scales_the_last_period() -> None:
    # 12 after 8: half as much again.
    baseline = fit_ratio_baseline(
        pd.Series([2.0, 6.0]), pd.Series([12.0, 0.0]), name="order_days_92d"
    )
    predicted = baseline.predict(pd.Series([0.0, 4.0, -2.0], index=["a", "b", "c"]))
    assert predicted.to_dict() == {"a": 0.0, "b": 6.0, "c": 0.0}
    assert predicted.name == "order_days_92d"


def test_a_period_of_returns_expects_nothing() -> None:
    baseline = fit_ratio_baseline(pd.Series([5.0]), pd.Series([-3.0]), name="spend_90d")
    assert baseline.ratio == 0.0


def test_an_empty_period_teaches_no_ratio() -> None:
    with pytest.raises(ValueError, match="'spend_90d' is empty"):
        fit_ratio_baseline(pd.Series([0.0, -1.0]), pd.Series([3.0, 1.0]), name="spend_90d")
