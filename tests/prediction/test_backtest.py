import numpy as np
import pandas as pd
import pytest

from models import backtest as module
from models.backtest import COLUMNS, backtest, beats_baseline


def predictions(customers: int = 800, seed: int = 0) -> pd.DataFrame:
    """Return a truth, a prediction near it and one far from it."""
    random = np.random.default_rng(seed)
    actual = random.gamma(1.0, 5.0, size=customers)
    return pd.DataFrame(
        {
            "actual": actual,
            "near": actual + random.normal(0, 2, size=customers),
            "far": actual + random.normal(0, 8, size=customers),
        }
    ).rename_axis("customer_id")


def run(frame: pd.DataFrame, model: str, baseline: str, **options: object) -> pd.DataFrame:
    defaults = {"target": "spend", "metrics": ["spearman"], "resamples": 60, "random_state": 1}
    return backtest(frame["actual"], frame[model], frame[baseline], **defaults | options)  # type: ignore[arg-type]


def test_each_metric_has_a_row_for_both_predictors_and_their_difference() -> None:
    table = run(predictions(), "near", "far", metrics=["spearman", "bias_ratio"])
    assert [*table.columns] == COLUMNS
    assert [*table["metric"]] == ["spearman"] * 3 + ["bias_ratio"] * 3
    assert [*table["predictor"]] == ["near", "far", "difference"] * 2
    estimate = table["estimate"].to_numpy()
    assert estimate[2] == pytest.approx(estimate[0] - estimate[1])
    assert set(table["customers"]) == {800}


def test_the_better_predictor_beats_the_other_and_not_the_other_way_round() -> None:
    frame = predictions()
    assert beats_baseline(run(frame, "near", "far"), metric="spearman")
    assert not beats_baseline(run(frame, "far", "near"), metric="spearman")


def test_equals_do_not_beat_each_other() -> None:
    table = run(predictions(), "near", "near")
    assert table["low"].iloc[2] == table["high"].iloc[2] == 0.0
    assert not beats_baseline(table, metric="spearman")


def test_a_lead_within_the_noise_is_no_win() -> None:
    frame = predictions(customers=60)
    random = np.random.default_rng(5)
    frame["other"] = frame["actual"] + random.normal(0, 2.3, size=60)
    table = run(frame, "near", "other", resamples=200)
    difference = table.iloc[2]
    assert difference["estimate"] > 0
    assert difference["low"] < 0
    assert not beats_baseline(table, metric="spearman")


def test_pairing_narrows_the_interval_of_the_difference() -> None:
    frame = predictions()
    random = np.random.default_rng(6)
    frame["twin"] = frame["far"] + random.normal(0, 0.5, size=len(frame))
    table = run(frame, "far", "twin", metrics=["mean_absolute_error"], resamples=100)
    width = (table["high"] - table["low"]).to_numpy()
    assert width[2] < 0.5 * width[0]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    # The mean absolute error of normal noise of deviation 2 is 2 sqrt(2 / pi).
    truth, held = 2 * np.sqrt(2 / np.pi), 0
    for seed in range(60):
        frame = predictions(customers=200, seed=seed)
        row = run(frame, "near", "far", metrics=["mean_absolute_error"], random_state=seed).iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert 50 <= held <= 60


def test_row_order_does_not_change_a_digit() -> None:
    frame = predictions()
    table = run(frame, "near", "far")
    shuffled = frame.sample(frac=1, random_state=3)
    again = backtest(
        frame["actual"],
        shuffled["near"],
        shuffled["far"].sort_values(),
        target="spend",
        metrics=["spearman"],
        resamples=60,
        random_state=1,
    )
    pd.testing.assert_frame_equal(table, again)


def test_the_random_state_alone_moves_the_interval() -> None:
    frame = predictions()
    one, other = (run(frame, "near", "far", random_state=state) for state in (1, 2))
    assert [*one["estimate"]] == [*other["estimate"]]
    assert one["low"].iloc[0] != other["low"].iloc[0]


def test_a_big_population_is_sampled_and_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 300)
    assert set(run(predictions(), "near", "far")["customers"]) == {300}


def test_one_outcome_only_is_null_and_no_win() -> None:
    frame = predictions().assign(actual=1.0, near=0.9, far=0.5)
    table = run(frame, "near", "far", metrics=["auc"])
    assert table[["estimate", "low", "high"]].isna().all(axis=None)
    assert not beats_baseline(table, metric="auc")


def test_what_cannot_be_measured_is_refused() -> None:
    frame = predictions()
    with pytest.raises(ValueError, match="Unknown metrics \\['r2'\\]"):
        run(frame, "near", "far", metrics=["r2"])
    with pytest.raises(ValueError, match="39 resamples; at least 40"):
        run(frame, "near", "far", resamples=39)
    with pytest.raises(ValueError, match="same customers without nulls; got 0"):
        run(frame.head(0), "near", "far")
    with pytest.raises(ValueError, match="799 complete"):
        run(frame.assign(near=frame["near"].where(frame.index > 0)), "near", "far")
    with pytest.raises(ValueError, match="0 differences of 'auc'"):
        beats_baseline(run(frame, "near", "far"), metric="auc")
