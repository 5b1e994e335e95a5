import numpy as np
import pandas as pd
import pytest

from models.features import checked_features


def frame(values: list[float], ids: list[str] | None = None) -> pd.DataFrame:
    index = pd.Index(ids or [f"c{row}" for row in range(len(values))], name="customer_id")
    return pd.DataFrame({"orders_365d": values}, index=index)


def test_rows_come_back_sorted_by_customer_with_their_values() -> None:
    checked = checked_features(frame([1, 2, 3], ["b", "c", "a"]))
    assert checked["orders_365d"].to_dict() == {"a": 3.0, "b": 1.0, "c": 2.0}
    assert list(checked.index) == ["a", "b", "c"]


def test_nullable_integers_become_doubles_with_nan() -> None:
    checked = checked_features(
        pd.DataFrame({"x": pd.array([1, None], dtype="Int64")}, index=["a", "b"])
    )
    np.testing.assert_array_equal(checked["x"].to_numpy(), [1.0, np.nan])


def test_an_infinite_value_is_refused_with_its_column() -> None:
    with pytest.raises(ValueError, match="`orders_365d` is infinite for 1 of 2 customers"):
        checked_features(frame([1.0, np.inf]))


def test_an_enormous_value_is_refused_with_its_column() -> None:
    with pytest.raises(ValueError, match="`orders_365d` lies beyond"):
        checked_features(frame([1.0, -1e300]))


def test_a_repeated_customer_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 rows repeat a customer_id"):
        checked_features(frame([1.0, 2.0], ["a", "a"]))


def test_a_text_column_is_refused() -> None:
    with pytest.raises(ValueError, match="must be numeric"):
        checked_features(pd.DataFrame({"x": ["1"]}, index=["a"]))


def test_a_null_customer_is_refused() -> None:
    with pytest.raises(ValueError, match="no null id"):
        checked_features(pd.DataFrame({"x": [1.0]}, index=[None]))
