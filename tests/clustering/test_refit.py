from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models import segmenter
from models.behaviour_model import Segment
from models.candidates import Clustering
from models.challenger import (
    MAX_MOVED_SHARE,
    Comparison,
    changed_features,
    compare,
    is_held_out,
    means_of,
    problem_of_space,
    settle,
)
from models.fitting import nearest_labels
from models.held_out_night import HeldOutNight
from models.naming import SegmentName
from models.refit import Refit, judge_refit
from models.registry import empty_registry, update_registry
from models.regrouping import change_where_needed, without_vanished
from models.scoring import score
from models.segmenter import FittedBehaviour, fit_behaviour_model
from models.separation import PastCoordinates, PastNight
from models.transforms import FeatureTransform, Scaler, apply_scaler

MONDAY = date(2026, 3, 2)
NAME = SegmentName("n", "n", "d", "r", "a")


def refit(features: pd.DataFrame, fitted: FittedBehaviour) -> FittedBehaviour:
    again = fit_behaviour_model(
        features,
        trained_on=MONDAY + timedelta(days=7),
        random_state=0,
        previous=fitted.model,
        registry=update_registry(empty_registry(), fitted.model, as_of_date=MONDAY),
    )
    assert isinstance(again, FittedBehaviour)
    return again


def cloud(*centres: tuple[float, float], size: int = 100, spread: float = 0.1) -> np.ndarray:
    random = np.random.default_rng(1)
    return np.concatenate([random.normal(at, spread, (size, 2)) for at in centres])


NOBODY_FAR = np.zeros(400, dtype=bool)


def test_one_step_moves_each_centre_to_the_mean_of_its_customers() -> None:
    points = np.array([[0.0], [2.0], [10.0], [14.0]])
    settled = settle(points, np.array([[0.5], [9.0], [99.0]]))
    assert settled.centres.tolist() == [[1.0], [12.0], [99.0]]
    assert settled.labels.tolist() == [0, 0, 1, 1]


def test_a_step_that_would_move_many_goes_a_part_of_the_way() -> None:
    """Five hundred on a line of even density: the border moves by half of what a centre does."""
    points = np.linspace(0, 10, 500)[:, None]
    centres = np.array([[1.0], [6.0]])
    settled = settle(points, centres)
    before = points[:, 0] > 3.5
    moved = (settled.labels != before).mean()
    assert 0.005 < moved <= MAX_MOVED_SHARE
    # Both have gone the same part of their ways to the means, 1.75 and 6.75.
    ways = (settled.centres[:, 0] - centres[:, 0]) / (0.75, 0.75)
    assert 0 < ways[0] < 0.25
    assert ways[0] == pytest.approx(ways[1], abs=0.01)
    # Refit after refit, the rest is gone, until nobody moves any more.
    for _ in range(100):
        settled = settle(points, settled.centres)
    np.testing.assert_allclose(settled.centres[:, 0], [2.5, 7.5], atol=0.05)


def test_means_of_nobody_are_unknown() -> None:
    means = means_of(np.array([[1.0], [3.0]]), np.array([1, 1]), 2)
    assert np.isnan(means[0, 0])
    assert means[1, 0] == 2.0


def test_the_comparison_equals_a_hand_computed_one() -> None:
    points = np.array([[1.0], [3.0]])
    # Distances 1 and 2 to own centres, 9 and 7 to the next: 8/9 and 5/7 (centres 0 and 10 alone).
    found = compare(points, np.array([[0.0], [10.0]]), np.array([[1.0], [3.0]]))
    assert found.before == pytest.approx((8 / 9 + 4 / 7) / 2)
    assert found.after == 1.0
    assert not found.is_worse
    assert compare(points, np.array([[1.0], [3.0]]), np.array([[0.0], [10.0]])).is_worse


def test_a_difference_within_the_noise_is_not_worse() -> None:
    points = cloud((0, 0), (1, 0), size=20, spread=0.4)
    first, second = np.array([[0.0, 0], [1, 0]]), np.array([[0.01, 0.01], [1, 0.01]])
    assert not compare(points, first, second).is_worse
    assert not compare(points, second, first).is_worse


def test_a_loss_beyond_chance_that_hardly_matters_is_not_worse() -> None:
    assert not Comparison(0.300, 0.296, 0.0001, 500).is_worse
    assert Comparison(0.300, 0.294, 0.0001, 500).is_worse
    assert not Comparison(0.300, 0.294, 0.01, 500).is_worse


def test_a_tenth_of_the_customers_is_held_out_and_the_same_ones_whoever_else_there_is() -> None:
    customers = pd.Index([f"c{number}" for number in range(5000)])
    drawn = is_held_out(customers)
    assert 0.08 < drawn.mean() < 0.12
    assert is_held_out(customers[::-7]).tolist() == drawn[::-7].tolist()


def test_two_segments_that_have_become_one_are_merged_and_others_stay() -> None:
    points = cloud((0, 0), (5, 0), (0, 5), (0, 5))
    centres = np.array([[0.0, 0], [5, 0], [0, 4.9], [0, 5.1]])
    change = change_where_needed(points, centres, is_far=NOBODY_FAR, may_merge=True, random_state=0)
    assert change is not None
    assert change.what == "two merged"
    found = change.centres[np.lexsort(np.round(change.centres).T)]
    np.testing.assert_allclose(found, [[0, 0], [5, 0], [0, 5]], atol=0.1)


def test_customers_far_from_all_bear_a_segment_and_others_stay() -> None:
    points = cloud((0, 0), (5, 0), (0, 5), (9, 9))
    centres = np.array([[0.0, 0], [5, 0], [0, 5]])
    is_far = np.arange(400) >= 300
    change = change_where_needed(points, centres, is_far=is_far, may_merge=True, random_state=0)
    assert change is not None
    np.testing.assert_allclose(change.centres[:-1], centres, atol=0.1)
    np.testing.assert_allclose(change.centres[-1], [9, 9], atol=0.1)


def test_a_segment_that_has_become_two_is_split() -> None:
    points = cloud((0, 0), (5, 0), (-1, 5), (1, 5))
    centres = np.array([[0.0, 0], [5, 0], [0, 5]])
    change = change_where_needed(points, centres, is_far=NOBODY_FAR, may_merge=True, random_state=0)
    assert change is not None
    assert change.what == "one split"
    assert len(change.centres) == 4


def test_segments_that_are_as_they_were_are_not_changed() -> None:
    points = cloud((0, 0), (5, 0), (0, 5), (5, 5))
    centres = np.array([[0.0, 0], [5, 0], [0, 5], [5, 5]])
    assert (
        change_where_needed(points, centres, is_far=NOBODY_FAR, may_merge=True, random_state=0)
        is None
    )


def test_a_segment_without_customers_retires() -> None:
    points = cloud((0, 0), (5, 0), (0, 5))
    centres = np.array([[0.0, 0], [5, 0], [30, 30], [0, 5]])
    left, vanished = without_vanished(points, centres)
    assert left.tolist() == [[0, 0], [5, 0], [0, 5]]
    assert vanished == 1


def test_the_scales_stay_while_they_suit(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    scaler = fitted.model.scaler
    assert problem_of_space(scaler, planted) is None
    # Where everybody is does not matter, how wide they lie does.
    shifted = planted.assign(recency_days=planted["recency_days"] + 10)
    assert problem_of_space(scaler, shifted.clip(upper=planted.max(), axis=1)) is None
    narrow = planted.assign(recency_days=planted["recency_days"] * 0.2 + 20)
    assert "recency_days varies" in str(problem_of_space(scaler, narrow))
    assert "return_share_365d" in str(changed_features(scaler, planted.assign(return_share_365d=0)))
    assert "gone: ['recency_days']" in str(
        changed_features(scaler, planted.drop(columns="recency_days"))
    )


def test_a_refit_of_the_same_customers_keeps_scales_ids_and_nearly_all_segments(
    plant: Callable[..., pd.DataFrame],
) -> None:
    """Groups that overlap: a grouping afresh would move one in twenty customers."""
    groups = {
        "often": {"recency_days": 10, "orders_365d": 30, "average_order_value_365d": 60},
        "seldom": {"recency_days": 14, "orders_365d": 21, "average_order_value_365d": 42},
        "dear": {"recency_days": 14, "orders_365d": 21, "average_order_value_365d": 78},
    }
    features = plant(size=200, groups=groups)
    first = fit_behaviour_model(
        features, trained_on=MONDAY, random_state=0, previous=None, registry=empty_registry()
    )
    assert isinstance(first, FittedBehaviour)
    noise = np.exp(np.random.default_rng(3).normal(0, 0.005, features.shape))
    again = refit(features * noise, first)

    assert again.model.scaler == first.model.scaler
    assert again.model.segment_ids == first.model.segment_ids
    moved = score(first.model, features)["segment_id"] != score(again.model, features)["segment_id"]
    assert moved.mean() <= 0.01


def test_a_refit_that_parts_held_out_customers_worse_says_so(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    """Tonight's held-out customers are as they were, all others have drawn together."""
    drawn_together = planted.copy()
    others = ~is_held_out(planted.index)
    middle = np.exp(np.log(planted).mean())
    drawn_together.loc[others] = np.exp(0.75 * np.log(planted.loc[others]) + 0.25 * np.log(middle))
    again = refit(drawn_together, fitted)
    assert again.rejection == "worse than the model in use"
    assert "held-out customers" in again.reason


def test_a_refit_that_tells_less_of_what_came_next_is_rejected(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    """Everybody spends by the segment in use; on the second night it is nowhere to be seen."""
    model, customers = fitted.model, planted.sort_index()
    points = apply_scaler(model.scaler, customers).to_numpy()
    labels = nearest_labels(points, model.centres)
    elsewhere = np.random.default_rng(4).permutation(points)
    found = {
        name: judge_refit(
            Refit(Clustering(labels, model.centres), 0.5, 0.9, "kmeans"),
            model,
            scaler=model.scaler,
            training=customers,
            held_out=customers.iloc[::10],
            night=HeldOutNight(
                PastCoordinates(past, labels * 100.0), labels, 4, np.ones(len(points), dtype=bool)
            ),
            random_state=0,
        )
        for name, past in (("as it was", points), ("gone", elsewhere))
    }
    assert found["as it was"].rejection is None
    assert found["gone"].rejection == "worse than the model in use on a night held out"
    assert "customers of a night held out" in found["gone"].reason


def test_where_a_past_night_tells_what_segments_are_for_only_what_is_one_is_merged(
    fitted: FittedBehaviour,
) -> None:
    """Two of five groups lie side by side, or in the same place; all in six dimensions."""
    names = [f"feature_{number}" for number in range(6)]
    transforms = tuple(
        FeatureTransform(name, 0.0, -100.0, 100.0, is_logged=False, centre=0.0, scale=1.0)
        for name in names
    )
    scaler = Scaler(transforms, ())

    def refitted(apart: float, *, has_night: bool) -> str:
        centres = np.zeros((5, 6))
        centres[:, :2] = [[0, 0], [20, 0], [0, 20], [20, 20 - apart], [20, 20 + apart]]
        points = np.random.default_rng(1).normal(0, 1, (1000, 6)) + centres.repeat(200, axis=0)
        customers = pd.Index([f"c{row:04d}" for row in range(1000)], name="customer_id")
        features = pd.DataFrame(points, columns=names, index=customers)
        labels = nearest_labels(points, centres)
        model = replace(
            fitted.model,
            scaler=scaler,
            segments=tuple(
                Segment(f"behaviour.b0{place}", tuple(centre), 0.2, None, NAME)
                for place, centre in enumerate(centres.tolist(), start=1)
            ),
        )
        past = PastCoordinates(points, np.minimum(labels, 3) * 100.0)
        night = HeldOutNight(past, labels, 5, np.ones(1000, dtype=bool)) if has_night else None
        judged = judge_refit(
            Refit(Clustering(labels, centres), 0.5, 0.9, "kmeans"),
            model,
            scaler=scaler,
            training=features,
            held_out=features.iloc[::10],
            night=night,
            random_state=0,
        )
        return judged.reason.split(";")[1]

    assert "two merged" in refitted(1.3, has_night=False)
    assert "two merged" not in refitted(1.3, has_night=True)
    assert "two merged" in refitted(0.01, has_night=True)


def test_who_judges_a_refit_on_a_past_night_has_no_share_in_the_selection(
    planted: pd.DataFrame, fitted: FittedBehaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    select = segmenter.select_clustering

    def counted(*args: Any, past: PastCoordinates, **kwargs: Any) -> Any:
        seen.append(len(past.next_spend))
        return select(*args, past=past, **kwargs)

    monkeypatch.setattr(segmenter, "select_clustering", counted)
    spend = pd.Series(np.arange(len(planted), dtype="float64"), index=planted.index)
    again = fit_behaviour_model(
        planted,
        trained_on=MONDAY + timedelta(days=7),
        random_state=0,
        previous=fitted.model,
        registry=update_registry(empty_registry(), fitted.model, as_of_date=MONDAY),
        past=PastNight(planted, spend),
    )
    assert isinstance(again, FittedBehaviour)
    assert seen == [int((~is_held_out(planted.index)).sum())]
    assert f"{len(planted)} customers of a night held out" in again.reason


def test_a_back_dated_first_model_takes_the_ids_of_the_later_one(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    earlier = fit_behaviour_model(
        planted.sample(frac=0.8, random_state=2),
        trained_on=MONDAY - timedelta(days=30),
        random_state=5,
        previous=None,
        registry=update_registry(empty_registry(), fitted.model, as_of_date=MONDAY),
        namesake=fitted.model,
    )
    assert isinstance(earlier, FittedBehaviour)
    assert earlier.model.segment_ids == fitted.model.segment_ids
    assert earlier.model.previous_model_id is None
    assert earlier.model.agreement_with_previous is None
    same = score(earlier.model, planted)["segment_id"] == score(fitted.model, planted)["segment_id"]
    assert same.all()
