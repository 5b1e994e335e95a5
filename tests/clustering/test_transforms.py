import json

import numpy as np
import pandas as pd
import pytest

from models.transforms import Scaler, apply_scaler, fit_scaler


def customers(**columns: list[float]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    index = pd.Index([f"c{row:03d}" for row in range(size)], name="customer_id")
    return pd.DataFrame(columns, index=index, dtype="float64")


def test_two_values_are_scaled_to_minus_one_and_one() -> None:
    features = customers(orders=[10.0, 20.0] * 100)
    scaled = apply_scaler(fit_scaler(features), features)
    assert scaled["orders"].tolist() == [-1.0, 1.0] * 100


def test_a_skewed_feature_is_logged_and_an_even_one_is_not() -> None:
    even = np.linspace(0, 1, 200)
    scaler = fit_scaler(customers(spend=list(np.exp(8 * even)), share=list(even)))
    assert [feature.is_logged for feature in scaler.features] == [True, False]


def test_a_feature_with_negative_values_is_never_logged() -> None:
    values = np.exp(8 * np.linspace(0, 1, 200)) - 5
    assert [feature.is_logged for feature in fit_scaler(customers(x=list(values))).features] == [
        False
    ]


def test_one_enormous_customer_does_not_stretch_the_scale_of_the_others() -> None:
    values = list(np.linspace(1, 2, 400))
    plain = apply_scaler(fit_scaler(customers(x=values)), customers(x=values))
    stretched = [*values[:-1], 1e14]
    scaled = apply_scaler(fit_scaler(customers(x=stretched)), customers(x=stretched))
    np.testing.assert_allclose(scaled["x"][:-1], plain["x"][:-1], atol=0.02)
    assert scaled["x"].max() < 2


def test_unknown_values_take_the_training_median() -> None:
    features = customers(x=[1.0, 2.0, 3.0, 4.0, 100.0, np.nan])
    scaler = fit_scaler(features)
    assert scaler.features[0].fill == 3.0
    scaled = apply_scaler(scaler, features)["x"]
    assert scaled.iloc[5] == scaled.iloc[2]


def test_the_median_of_another_night_plays_no_part() -> None:
    scaler = fit_scaler(customers(x=[1.0, 2.0, 3.0]))
    tonight = apply_scaler(scaler, customers(x=[50.0, 60.0, np.nan]))["x"]
    assert tonight.iloc[2] == apply_scaler(scaler, customers(x=[2.0]))["x"].iloc[0]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([7.0] * 200, "the same for every customer (7)"),
        ([np.nan] * 200, "unknown for every customer"),
        ([np.nan] * 150 + [1.0, 2.0] * 25, "known for 25% of customers; at least 50% needed"),
        ([0.0] * 199 + [1.0], "the same for nearly every customer (0)"),
    ],
)
def test_a_feature_that_says_nothing_is_left_out_and_named(
    values: list[float], reason: str
) -> None:
    scaler = fit_scaler(customers(flat=values, varied=list(range(200))))
    assert [(item.name, item.reason) for item in scaler.left_out] == [("flat", reason)]
    assert scaler.names == ["varied"]


def test_a_stored_scaler_gives_the_same_coordinates_bit_for_bit() -> None:
    random = np.random.default_rng(0)
    features = customers(a=list(random.lognormal(size=300)), b=list(random.normal(size=300)))
    scaler = fit_scaler(features)
    again = Scaler.from_dict(json.loads(json.dumps(scaler.to_dict())))
    assert again == scaler
    pd.testing.assert_frame_equal(
        apply_scaler(again, features), apply_scaler(scaler, features), check_exact=True
    )


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"not there: \['x'\]"):
        apply_scaler(fit_scaler(customers(x=[1.0, 2.0])), customers(y=[1.0]))


def test_a_tiny_scale_is_kept_and_not_rounded_to_nothing() -> None:
    features = customers(x=[1e-12, 3e-12] * 50)
    assert apply_scaler(fit_scaler(features), features)["x"].tolist() == [-1.0, 1.0] * 50
