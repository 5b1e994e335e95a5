from math import log

import numpy as np
import pandas as pd
import pytest

from models.drift import TrainingReference, learn_reference, measure_drift, measure_far_share

ONE_TO_TEN = np.arange(1.0, 11.0)


def frame(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"orders_365d": np.asarray(values, dtype="float64")})


def learned(values: np.ndarray) -> TrainingReference:
    return learn_reference(frame(values), ["orders_365d"], np.zeros(len(values)))


def psi(before: np.ndarray, now: np.ndarray) -> tuple[float, float, bool]:
    row = measure_drift(learned(before), frame(now)).iloc[0]
    return row["psi"], row["psi_limit"], bool(row["is_drifted"])


def test_ten_different_values_give_ten_bins_of_one() -> None:
    [feature] = learned(ONE_TO_TEN).features
    assert feature.edges == tuple(ONE_TO_TEN[:-1])
    assert feature.shares == (*[0.1] * 10, 0.0)


def test_tied_deciles_are_one_edge_and_none_lies_at_the_largest_value() -> None:
    [feature] = learned(np.array([0.0] * 6 + [1.0, 2.0, 5.0, 5.0])).features
    assert feature.edges == (0.0, 1.0, 2.0)
    assert feature.shares == (0.6, 0.1, 0.1, 0.2, 0.0)


def test_the_index_and_its_limit_equal_hand_computed_ones() -> None:
    # Two bins, {0} and {1}; half a customer added to each: 5.5 : 5.5 before, 2.5 : 8.5 tonight.
    found, limit, _ = psi(np.array([0.0, 1.0] * 5), np.array([0.0] * 2 + [1.0] * 8))
    p, q = np.array([5.5, 5.5]) / 11, np.array([2.5, 8.5]) / 11
    assert found == pytest.approx(sum(q * np.log(q / p) - p * np.log(q / p)), abs=1e-9)
    assert found == pytest.approx(3 / 11 * log(8.5 / 2.5), abs=1e-9)
    assert limit == pytest.approx(0.1 + 2 * (1 / 10 + 1 / 10))


def test_the_same_customers_have_an_index_of_nought() -> None:
    assert psi(ONE_TO_TEN, ONE_TO_TEN[::-1]) == (0.0, 0.1 + 2 * 9 * 0.2, False)


def test_unknown_values_are_a_bin_of_their_own_on_either_side() -> None:
    known = np.tile(ONE_TO_TEN, 100)
    gaps = np.where(np.arange(1000) % 3 == 0, np.nan, known)
    for before, now in [(known, gaps), (gaps, known)]:
        found, limit, is_drifted = psi(before, now)
        assert is_drifted
        # The bins of values, one more than edges, and one of unknown.
        edges = len(learned(before).features[0].edges)
        assert limit == pytest.approx(0.1 + 2 * (edges + 1) * 0.002)
        assert found > 1
    assert psi(gaps, gaps)[0] == 0.0


def test_without_drift_hardly_any_night_passes_the_limit_however_few_customers() -> None:
    random = np.random.default_rng(4)
    passed = [psi(random.normal(size=60), random.normal(size=80))[2] for _ in range(300)]
    assert sum(passed) <= 6


def test_half_a_deviation_of_shift_is_drift() -> None:
    random = np.random.default_rng(4)
    before = random.normal(size=2000)
    assert psi(before, random.normal(0.5, size=2000))[2]
    assert not psi(before, random.normal(0.1, size=2000))[2]


def test_a_feature_that_has_gone_is_not_measured_and_nobody_has_no_drift() -> None:
    reference = learned(ONE_TO_TEN)
    assert measure_drift(reference, frame(ONE_TO_TEN).rename(columns=str.upper)).empty
    assert measure_drift(reference, frame(np.array([]))).empty


def test_one_in_a_hundred_is_far_at_training_and_a_new_group_passes_the_limit() -> None:
    reference = learn_reference(frame(np.ones(1000)), ["orders_365d"], np.arange(1000.0))
    assert reference.far_distance == pytest.approx(989.01)
    at_training = measure_far_share(reference, np.arange(1000.0))
    assert at_training.share == 0.01
    # 1 % expected, 2 % allowed, three standard errors of the difference of both shares.
    assert at_training.limit == pytest.approx(0.03 + 3 * (0.01 * 0.99 * 0.002) ** 0.5)
    assert not at_training.is_drifted
    with_newcomers = np.append(np.arange(1000.0), np.full(40, 2000.0))
    assert measure_far_share(reference, with_newcomers).is_drifted


def test_the_reference_comes_back_from_json_values() -> None:
    reference = learned(np.array([0.0] * 6 + [1.0, 2.0, np.nan, 5.0]))
    assert TrainingReference.from_dict(reference.to_dict()) == reference
