import numpy as np
import pandas as pd
import pytest

from models.profiles import profile_segments
from models.transforms import fit_scaler

FEATURES = pd.DataFrame(
    {"orders_365d": [10.0, 10.0, 20.0, 20.0], "return_share_365d": [0.0, 0.0, 0.0, np.nan]},
    index=pd.Index(["a", "b", "c", "d"], name="customer_id"),
)
SEGMENTS = pd.Series({"d": "s2", "a": "s1", "b": "s1", "c": "s2"})


def test_means_indices_and_z_of_four_customers_equal_hand_computed_ones() -> None:
    profiles = profile_segments(FEATURES, SEGMENTS, scaler=fit_scaler(FEATURES))
    rows = profiles[profiles["feature"] == "orders_365d"].set_index("segment_id")
    assert rows["mean"].to_dict() == {"s1": 10.0, "s2": 20.0}
    assert rows["base_mean"].to_dict() == {"s1": 15.0, "s2": 15.0}
    np.testing.assert_allclose(rows["index_vs_base"], [200 / 3, 400 / 3])
    # Standardised over the four customers: 10 is -1 and 20 is +1, winsor limits aside.
    np.testing.assert_allclose(rows["z"], [-1.0, 1.0])


def test_a_feature_left_out_has_means_but_no_z_and_no_index_on_a_base_of_nothing() -> None:
    profiles = profile_segments(FEATURES, SEGMENTS, scaler=fit_scaler(FEATURES))
    rows = profiles[profiles["feature"] == "return_share_365d"]
    assert rows["mean"].tolist() == [0.0, 0.0]
    assert rows[["z", "index_vs_base"]].isna().all(axis=None)


def test_row_order_does_not_matter() -> None:
    scaler = fit_scaler(FEATURES)
    pd.testing.assert_frame_equal(
        profile_segments(FEATURES.iloc[::-1], SEGMENTS, scaler=scaler),
        profile_segments(FEATURES, SEGMENTS, scaler=scaler),
    )


def test_a_customer_without_a_segment_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 of 4 customers to profile have no segment"):
        profile_segments(FEATURES, SEGMENTS.drop("a"), scaler=fit_scaler(FEATURES))
