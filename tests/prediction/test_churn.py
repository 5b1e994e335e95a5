import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.churn import CHURN_FEATURES, churn_features, fit_churn
from models.churn_model import ChurnModel

NIGHTS = [date(2024, 1, 1) + timedelta(days=45 * step) for step in range(5)]
TRAINED_ON = NIGHTS[-1] + timedelta(days=90)


def planted_rows(shift: float = 0.0, customers: int = 3000) -> pd.DataFrame:
    """Return five nights of rows; log odds of churn 1.5 recency - tenure, `shift` on the last."""
    random = np.random.default_rng(0)
    parts = []
    for cutoff in NIGHTS:
        columns = {name: random.normal(2.0, 1.0, size=customers) for name in CHURN_FEATURES}
        rows = pd.DataFrame(columns)
        odds = 1.5 * (rows["recency"] - 2) - (rows["tenure"] - 2) - 1
        odds += shift * (cutoff == NIGHTS[-1])
        rows["churned"] = (random.random(customers) < expit(odds)).astype(float)
        known_on = cutoff + timedelta(days=90)
        parts.append(rows.assign(cutoff_date=cutoff, label_known_on=known_on))
    return pd.concat(parts)


def fitted(rows: pd.DataFrame, trained_on: date = TRAINED_ON) -> ChurnModel:
    model = fit_churn(rows, trained_on=trained_on)
    assert isinstance(model, ChurnModel)
    return model


def test_planted_coefficients_are_recovered() -> None:
    model = fitted(planted_rows())
    by_name = dict(zip(model.features, np.divide(model.coefficients, model.scales), strict=True))
    assert by_name["recency"] == pytest.approx(1.5, abs=0.15)
    assert by_name["tenure"] == pytest.approx(-1.0, abs=0.12)
    assert abs(by_name["cadence_ratio"]) < 0.12
    assert model.calibration_slope == pytest.approx(1.0, abs=0.12)


def test_the_regression_is_fitted_on_nights_known_on_the_calibration_night() -> None:
    model = fitted(planted_rows())
    assert model.calibrated_on == NIGHTS[-1]
    assert model.fitted_on == tuple(NIGHTS[:3])
    two = planted_rows()
    two = two[two["cutoff_date"].isin(NIGHTS[-2:])]
    assert fitted(two).fitted_on == (NIGHTS[-2],)


def test_probabilities_follow_the_level_of_the_calibration_night() -> None:
    rows = planted_rows(shift=1.0)
    latest = rows[rows["cutoff_date"] == NIGHTS[-1]]
    model = fitted(rows)
    assert model.calibration_intercept == pytest.approx(1.0, abs=0.15)
    assert model.predict(latest).mean() == pytest.approx(latest["churned"].mean(), abs=1e-3)


def test_predicted_probabilities_are_met_in_every_tenth() -> None:
    rows = planted_rows(customers=20_000)
    model = fitted(rows[rows["cutoff_date"] < NIGHTS[-1]], TRAINED_ON)
    latest = rows[rows["cutoff_date"] == NIGHTS[-1]].reset_index(drop=True)
    predicted = model.predict(latest)
    tenths = latest["churned"].groupby(pd.qcut(predicted, 10)).mean()
    expected = predicted.groupby(pd.qcut(predicted, 10)).mean()
    np.testing.assert_allclose(tenths, expected, atol=0.04)


def test_a_training_row_from_the_future_raises() -> None:
    with pytest.raises(ValueError, match="3000 of 15000 training rows have a label not known"):
        fit_churn(planted_rows(), trained_on=TRAINED_ON - timedelta(days=1))


def test_the_model_comes_back_from_json_digit_by_digit() -> None:
    model = fitted(planted_rows())
    text = json.dumps(model.to_dict())
    again = ChurnModel.from_dict(json.loads(text))
    assert again == model
    assert again.model_id == model.model_id
    assert model.model_id.startswith("churn-")
    with pytest.raises(ValueError, match="has format 9, not 2"):
        ChurnModel.from_dict(model.to_dict() | {"format": 9})


def test_rows_tell_a_standard_error_of_every_coefficient() -> None:
    rows = pd.DataFrame(fitted(planted_rows()).to_rows()).set_index("parameter")
    assert [*rows.index] == [
        "intercept", *CHURN_FEATURES, "calibration_intercept", "calibration_slope",
    ]  # fmt: skip
    assert (rows["standard_error"] > 0).all()
    # Standardised columns, 9,000 rows to fit and 3,000 to calibrate: a few hundredths.
    assert rows["standard_error"].between(0.02, 0.06).all()


def test_other_content_has_another_id_and_row_order_has_not() -> None:
    rows = planted_rows()
    shuffled = rows.sample(frac=1, random_state=2)
    assert fitted(shuffled).model_id == fitted(rows).model_id
    assert fitted(planted_rows(shift=0.5)).model_id != fitted(rows).model_id


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_one_class_only_says_what_is_missing(value: float) -> None:
    words = fit_churn(planted_rows().assign(churned=value), trained_on=TRAINED_ON)
    assert "0 of 9000 rows to fit have the rarer outcome" in str(words)


def test_one_night_only_says_what_is_missing() -> None:
    rows = planted_rows()
    words = fit_churn(rows[rows["cutoff_date"] == NIGHTS[0]], trained_on=TRAINED_ON)
    assert words == "1 past nights with known labels; one to fit and a later one needed"


def test_features_equal_hand_computed_values() -> None:
    histories = pd.DataFrame(
        {
            "order_days": [3.0, 1.0],
            "recency_days": [20.0, 40.0],
            "observed_days": [40.0, 40.0],
            "order_days_92d": [3.0, 1.0],
            "order_days_365d": [3.0, 1.0],
        },
        index=["ann", "bob"],
    )
    features = churn_features(histories, np.array([0.5, 0.75]))
    assert [*features.columns] == [*CHURN_FEATURES]
    # Ann: 20 days silent after two gaps of 10 days; Bob has no gap yet.
    np.testing.assert_allclose(features["cadence_ratio"], np.log([3.0, 2.0]))
    np.testing.assert_allclose(features["recency"], np.log([21.0, 41.0]))
    np.testing.assert_allclose(features["alive_odds"], [0.0, np.log(3.0)])
    assert "alive_odds" not in churn_features(histories, None)
