from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.customer_histories import (
    checked_histories,
    checked_past,
    is_active,
    refuse_future_labels,
    weeks_of,
)


@pytest.fixture
def histories() -> pd.DataFrame:
    """Return Ann with three order days over four weeks, and Bob with one."""
    return pd.DataFrame(
        {
            "order_days": [3, 1],
            "recency_days": [7, 200],
            "observed_days": [28, 200],
            "order_days_92d": [3, 0],
            "order_days_365d": [3, 1],
            "mean_repeat_spend": [12.5, np.nan],
            "spend_90d": [40.0, 0.0],
            "spend_365d": [40.0, -5.0],
        },
        index=pd.Index(["ann", "bob"], name="customer_id"),
    )


@pytest.fixture
def past(histories: pd.DataFrame) -> pd.DataFrame:
    return histories.reset_index().assign(
        cutoff_date=date(2024, 1, 1),
        label_known_on=date(2024, 3, 31),
        order_days_next_90d=[2, 0],
        spend_next_90d=[20.0, 0.0],
        spend_next_365d=np.nan,
    )


def test_weeks_count_from_the_first_order_day(histories: pd.DataFrame) -> None:
    x, t_x, observed = weeks_of(checked_histories(histories))
    assert x.tolist() == [2, 0]
    assert t_x.tolist() == [3, 0]
    assert observed.tolist() == [4, 200 / 7]


def test_active_is_an_order_in_the_last_180_days(histories: pd.DataFrame) -> None:
    edge = histories.assign(recency_days=[179, 180])
    assert is_active(edge).tolist() == [True, False]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("order_days", 0),
        ("order_days", np.nan),
        ("recency_days", -1),
        ("recency_days", 29),
        ("recency_days", 28),
        ("mean_repeat_spend", np.nan),
        ("spend_90d", np.inf),
    ],
)
def test_impossible_histories_are_refused_by_name(
    histories: pd.DataFrame, column: str, value: float
) -> None:
    wrong = histories.astype("float64")
    wrong.loc["ann", column] = value
    with pytest.raises(ValueError, match=r"1 of 2 customer histories are impossible \(first: ann"):
        checked_histories(wrong)


def test_missing_columns_and_customers_twice_are_refused(histories: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"lack \['spend_90d'\]"):
        checked_histories(histories.drop(columns="spend_90d"))
    with pytest.raises(ValueError, match="2 customers more than once"):
        checked_histories(pd.concat([histories, histories]))


def test_a_label_known_tonight_is_the_latest_that_is_taken(past: pd.DataFrame) -> None:
    nights = checked_past(past, as_of_date=date(2024, 3, 31))
    assert [*nights] == [date(2024, 1, 1)]
    assert nights[date(2024, 1, 1)].loc["ann", "order_days_next_90d"] == 2
    with pytest.raises(ValueError, match="2 of 2 training rows have a label not known by 2024-03"):
        checked_past(past, as_of_date=date(2024, 3, 30))


def test_a_single_row_from_the_future_is_refused(past: pd.DataFrame) -> None:
    past["label_known_on"] = [date(2024, 3, 31), date(2024, 4, 1)]
    with pytest.raises(ValueError, match=r"1 of 2 training rows .* \(latest: 2024-04-01\)"):
        refuse_future_labels(past, trained_on=date(2024, 3, 31))


def test_a_label_read_before_its_days_were_over_is_refused(past: pd.DataFrame) -> None:
    early = past.assign(label_known_on=date(2024, 3, 30))
    with pytest.raises(ValueError, match="2 past rows have a label_known_on before their 90 days"):
        checked_past(early, as_of_date=date(2024, 12, 31))


def test_past_nights_without_outcomes_are_refused(past: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="2024-01-01 lacks outcomes"):
        checked_past(past.assign(spend_next_90d=np.nan), as_of_date=date(2024, 12, 31))
    with pytest.raises(ValueError, match="lack \\['label_known_on'\\]"):
        checked_past(past.drop(columns="label_known_on"), as_of_date=date(2024, 12, 31))
