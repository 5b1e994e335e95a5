from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models import churn_proof
from models import outlook as module
from models.churn_model import ChurnModel
from models.outlook import Outlook, predict_night

NIGHT = pd.Timestamp("2023-12-30")
DAYS_BACK = [90, 120, 150, 180, 210, 240, 270]
CDNOW_NIGHT = pd.Timestamp("1998-06-30")


def predict(log: Any, night: pd.Timestamp, days_back: list[int], **options: Any) -> Outlook:
    past = log.nights(night, days_back) if days_back else log.past(night, night=night).head(0)
    tonight = log.until(night).histories(night)
    defaults = {"as_of_date": night.date(), "random_state": 3, "resamples": 60}
    return predict_night(tonight, past, **defaults | options)


def noise_after(log: Any, night: pd.Timestamp) -> pd.DataFrame:
    """Return the log's past nights with outcomes that have nothing to do with the histories."""
    past = log.nights(night, DAYS_BACK).reset_index(drop=True)
    outcomes = ["order_days_next_90d", "spend_next_90d"]
    shuffled = past[outcomes].sample(frac=1, random_state=0).to_numpy()
    return past.assign(**dict(zip(outcomes, shuffled.T, strict=True)))


@pytest.fixture(scope="module")
def regular(seasonless_log: Any) -> Outlook:
    return predict(seasonless_log, NIGHT, DAYS_BACK)


@pytest.fixture(scope="module")
def cdnow_outlook(cdnow_log: Any) -> Outlook:
    return predict(cdnow_log, CDNOW_NIGHT, [*range(90, 391, 60)])


def test_each_customer_has_one_row_and_values_in_their_range(regular: Outlook) -> None:
    customers = regular.customers
    assert customers.index.is_unique
    assert customers["p_alive"].between(0, 1).all()
    assert customers["churn_probability"].dropna().between(0, 1).all()
    assert (customers["expected_orders_90d"] >= 0).all()
    assert (customers["expected_spend_365d"] >= 0).all()


def test_a_model_that_beats_recency_is_published(cdnow_outlook: Outlook) -> None:
    assert cdnow_outlook.prediction_source == "model"
    assert "lies wholly above 0" in cdnow_outlook.prediction_reason
    [model] = [each for each in cdnow_outlook.models if isinstance(each, ChurnModel)]
    assert model.trained_on == date(1998, 6, 30)
    run = cdnow_outlook.model_runs.set_index("kind").loc["churn"]
    assert (run["decision"], run["model_id"]) == ("promoted", model.model_id)
    assert run["base_rate"] == model.base_rate


def test_values_worse_than_recent_orders_are_not_published(
    cdnow_outlook: Outlook, cdnow_log: Any
) -> None:
    # On CDNOW spend beats the last 90 days and orders do not: both must win.
    assert cdnow_outlook.value_prediction_source == "baseline"
    reason = cdnow_outlook.value_prediction_reason
    assert "orders_90d: spearman" in reason
    assert "does not lie wholly above 0" in reason
    recent = cdnow_log.histories(CDNOW_NIGHT)["order_days_92d"]
    expected = cdnow_outlook.customers["expected_orders_90d"]
    ratio = (expected / recent)[recent > 0]
    assert ratio.max() - ratio.min() < 1e-8
    assert (expected[recent == 0] == 0).all()
    runs = cdnow_outlook.model_runs.set_index("kind")["decision"]
    assert (runs["mbg_nbd"], runs["gamma_gamma"]) == ("scored", "rejected")


def test_the_report_holds_both_predictors_whatever_was_published(cdnow_outlook: Outlook) -> None:
    predictors = cdnow_outlook.backtest.groupby("target")["predictor"].unique()
    assert set(predictors["churn_90d"]) == {"churn_model", "recency", "difference"}
    assert set(predictors["orders_90d"]) == {"mbg_nbd", "order_days_92d", "difference"}
    assert set(predictors["spend_90d"]) == {"mbg_nbd_gamma_gamma", "spend_90d", "difference"}


def test_a_churn_model_that_learned_noise_is_not_published(seasonless_log: Any) -> None:
    past = noise_after(seasonless_log, NIGHT)
    tonight = seasonless_log.until(NIGHT).histories(NIGHT)
    found = predict_night(tonight, past, as_of_date=NIGHT.date(), random_state=3, resamples=60)
    assert found.prediction_source == "baseline"
    assert found.value_prediction_source == "baseline"
    assert "churn" in set(found.parameters["kind"])
    assert found.model_runs.set_index("kind")["decision"]["churn"] == "rejected"
    churn = found.customers["churn_probability"].dropna()
    recency = tonight["recency_days"].reindex(churn.index)
    assert churn.groupby(recency).nunique().max() == 1


def test_only_active_customers_have_a_churn_probability(
    regular: Outlook, seasonless_log: Any
) -> None:
    recency = seasonless_log.histories(NIGHT)["recency_days"]
    has_value = regular.customers["churn_probability"].notna()
    assert has_value.equals(recency.reindex(has_value.index) < 180)
    sources = regular.customers["prediction_source"]
    assert set(sources[~has_value]) == {"none"}
    assert set(sources[has_value]) == {regular.prediction_source}


def test_the_held_out_night_is_the_latest_whose_label_is_known(regular: Outlook) -> None:
    assert "on 2023-10-01" in regular.prediction_reason
    assert "on 2023-10-01" in regular.value_prediction_reason


def test_the_held_out_night_is_predicted_without_what_came_after_it(seasonless_log: Any) -> None:
    # Outcomes that became known only after the held-out night may not move its predictions.
    past = seasonless_log.nights(NIGHT, DAYS_BACK).reset_index(drop=True)
    held_out, between = date(2023, 10, 1), pd.to_datetime("2023-07-03").date()
    late = (past["cutoff_date"] > between) & (past["cutoff_date"] < held_out)
    assert late.any()
    changed = past.assign(
        order_days_next_90d=past["order_days_next_90d"].where(~late, 9),
        spend_next_90d=past["spend_next_90d"].where(~late, 9.0),
    )
    tonight = seasonless_log.until(NIGHT).histories(NIGHT)
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    tables = [predict_night(tonight, rows, **options).backtest for rows in (past, changed)]
    pd.testing.assert_frame_equal(*tables)


def test_a_year_without_one_before_it_proves_spend_over_90_days(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, [*DAYS_BACK, 365])
    short = predict_night(
        seasonless_log.histories(NIGHT),
        past,
        as_of_date=NIGHT.date(),
        random_state=3,
        resamples=40,
    )
    assert "proven over 90 days" in short.value_prediction_reason
    assert "spend_90d" in set(short.backtest["target"])


def test_a_year_held_out_a_year_ago_is_used(seasonless_log: Any) -> None:
    orders = seasonless_log.orders
    earlier = orders.assign(
        order_date=orders["order_date"] - pd.Timedelta(days=400),
        customer_id="e" + orders["customer_id"],
    )
    log = type(seasonless_log)(pd.concat([earlier, orders]))
    found = predict(log, NIGHT, [90, 180, 270, 365, 730], resamples=40)
    assert "spend_365d" in set(found.backtest["target"])
    assert "proven over 90 days" not in found.value_prediction_reason
    assert "on 2022-12-30" in found.value_prediction_reason
    assert not found.customers["is_extrapolated"].any()


def test_one_customer_of_two_years_ago_does_not_commit_the_proof_to_years(
    seasonless_log: Any,
) -> None:
    # Bought a year before the night two years ago and once in a while since.
    days = [NIGHT - pd.Timedelta(days=back) for back in (1000, 800, 700, 400, 100)]
    rows = pd.DataFrame({"customer_id": "early", "order_date": days, "spend": 20.0})
    log = type(seasonless_log)(pd.concat([seasonless_log.orders, rows]))
    past = log.nights(NIGHT, [*DAYS_BACK, 365, 730])
    assert past.loc[pd.to_datetime(past["cutoff_date"]) == "2021-12-30", "spend_365d"].tolist() == [
        40.0
    ]
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    found = predict_night(log.histories(NIGHT), past, **options)
    assert "proven over 90 days" in found.value_prediction_reason
    assert "spend_90d" in set(found.backtest["target"])


def test_a_process_that_fails_on_one_past_night_proves_and_publishes_one_feature_less(
    seasonless_log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a proven model that knows more than the published one."""
    real, failing = churn_proof.fit_churn, pd.Timestamp("2023-08-02").date()
    features: dict[date, list[str]] = {}

    def remember(rows: pd.DataFrame, *, trained_on: date, **options: Any) -> Any:
        features[trained_on] = [*options["features"]]
        return real(rows, trained_on=trained_on, **options)

    # Fewer repeat customers than the process needs, on a night that the final model alone sees.
    past = seasonless_log.nights(NIGHT, DAYS_BACK)
    is_failing = pd.to_datetime(past["cutoff_date"]).dt.date == failing
    few = past[~is_failing | (past["order_days"] == 1) | (past["customer_id"] < "c0110")]
    monkeypatch.setattr(churn_proof, "fit_churn", remember)
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    found = predict_night(seasonless_log.histories(NIGHT), few, **options)
    assert found.customers["p_alive"].notna().all()
    assert [*features] == [date(2023, 10, 1), NIGHT.date()]
    assert features[date(2023, 10, 1)] == features[NIGHT.date()]
    assert "alive_odds" not in features[NIGHT.date()]


def test_a_feature_that_is_the_same_for_all_is_left_out_and_named(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, DAYS_BACK).assign(order_days_365d=1)
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    found = predict_night(seasonless_log.histories(NIGHT), past, **options)
    words = "left out, unknown or the same for everybody: order_days_365d"
    assert words in found.prediction_reason
    names = found.parameters[found.parameters["kind"] == "churn"]["parameter"]
    assert "order_days_365d" not in set(names)
    assert "order_days_92d" in set(names)


def test_one_customer_alone_is_no_error(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, DAYS_BACK)
    one = seasonless_log.histories(NIGHT).head(1)
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    found = predict_night(one, past[past["customer_id"] == one.index[0]], **options)
    assert len(found.customers) == 1
    assert found.prediction_source in ("none", "baseline")
    assert found.customers["p_alive"].isna().all()


def test_enormous_amounts_stay_finite(seasonless_log: Any) -> None:
    def enormous(frame: pd.DataFrame) -> pd.DataFrame:
        money = ["mean_repeat_spend", *(name for name in frame if str(name).startswith("spend"))]
        return frame.assign(**{name: frame[name] * 1e9 for name in money})

    past = enormous(seasonless_log.nights(NIGHT, DAYS_BACK))
    tonight = enormous(seasonless_log.histories(NIGHT))
    tonight.loc[tonight.index[:3], "mean_repeat_spend"] = 1e15
    options: dict[str, Any] = {"as_of_date": NIGHT.date(), "random_state": 3, "resamples": 40}
    found = predict_night(tonight, past, **options)
    assert np.isfinite(found.customers["expected_spend_365d"]).all()
    assert found.customers["churn_probability"].dropna().between(0, 1).all()


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_infinite_and_null_histories_are_refused(seasonless_log: Any, value: float) -> None:
    tonight = seasonless_log.histories(NIGHT).astype("float64")
    tonight.iloc[5, tonight.columns.get_loc("spend_365d")] = value
    past = seasonless_log.nights(NIGHT, [90]).head(0)
    with pytest.raises(ValueError, match="1 of 1500 customer histories are impossible"):
        predict_night(tonight, past, as_of_date=NIGHT.date(), random_state=3)


def test_a_year_ahead_is_extrapolated_from_less_than_two(
    regular: Outlook, cdnow_outlook: Outlook
) -> None:
    assert cdnow_outlook.customers["is_extrapolated"].all()
    # The first order of all was 728 days before the night; two years are 730.
    assert regular.customers["is_extrapolated"].all()


def test_a_young_account_predicts_nothing_and_says_why(seasonless_log: Any) -> None:
    night = pd.Timestamp("2022-03-01")
    young = predict(seasonless_log, night, [])
    assert young.prediction_source == young.value_prediction_source == "none"
    assert young.prediction_reason == "no past night whose next 90 days are over"
    assert young.value_prediction_reason == "no past night whose next 90 days are over"
    values = ["churn_probability", "expected_orders_90d", "expected_spend_365d", "is_extrapolated"]
    assert young.customers[values].isna().all(axis=None)
    assert set(young.customers["prediction_source"]) == {"none"}
    assert young.backtest.empty


def test_under_180_days_the_baseline_speaks_and_says_why(seasonless_log: Any) -> None:
    found = predict(seasonless_log, pd.Timestamp("2022-06-20"), [90, 100])
    assert found.prediction_source == found.value_prediction_source == "baseline"
    assert found.prediction_reason == "170 days of history; at least 180 needed"
    assert found.customers["expected_orders_90d"].notna().all()


def test_one_past_night_is_no_proof(seasonless_log: Any) -> None:
    found = predict(seasonless_log, NIGHT, [90])
    assert found.prediction_source == found.value_prediction_source == "baseline"
    assert "no night to hold out" in found.prediction_reason
    assert "no night to hold out" in found.value_prediction_reason


def test_few_customers_have_no_process_and_say_so(seasonless_log: Any) -> None:
    few = seasonless_log.orders["customer_id"].unique()[:60]
    log = type(seasonless_log)(
        seasonless_log.orders[seasonless_log.orders["customer_id"].isin(few)]
    )
    found = predict(log, NIGHT, DAYS_BACK)
    assert found.customers["p_alive"].isna().all()
    assert "customers with a second order day; at least 100 needed" in found.prediction_reason
    assert found.value_prediction_source == "baseline"
    assert set(found.parameters["kind"]) == {"plain_rules"}
    decisions = found.model_runs.set_index("kind")["decision"]
    assert decisions.pop("plain_rules") == "promoted"
    assert set(decisions) == {"rejected"}


def test_nobody_at_all_is_no_error(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, [90]).head(0)
    nobody = seasonless_log.histories(NIGHT).head(0)
    found = predict_night(nobody, past, as_of_date=NIGHT.date(), random_state=3)
    assert found.customers.empty
    assert found.prediction_source == found.value_prediction_source == "none"
    assert set(found.model_runs["decision"]) == {"rejected"}


def test_everybody_ordering_again_is_one_class_only(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, DAYS_BACK).assign(order_days_next_90d=2)
    found = predict_night(
        seasonless_log.histories(NIGHT),
        past,
        as_of_date=NIGHT.date(),
        random_state=3,
        resamples=40,
    )
    assert found.prediction_source == "none"
    assert "both outcomes are needed" in found.prediction_reason


def test_a_past_night_from_the_future_raises(seasonless_log: Any) -> None:
    past = seasonless_log.nights(NIGHT, DAYS_BACK)
    yesterday = NIGHT - pd.Timedelta(days=1)
    with pytest.raises(ValueError, match="training rows have a label not known by 2023-12-29"):
        predict_night(
            seasonless_log.until(yesterday).histories(yesterday),
            past,
            as_of_date=yesterday.date(),
            random_state=3,
        )


def test_row_order_does_not_change_a_digit(regular: Outlook, seasonless_log: Any) -> None:
    again = predict_night(
        seasonless_log.histories(NIGHT).sample(frac=1, random_state=1),
        seasonless_log.nights(NIGHT, DAYS_BACK).sample(frac=1, random_state=2),
        as_of_date=NIGHT.date(),
        random_state=3,
        resamples=60,
    )
    pd.testing.assert_frame_equal(again.customers, regular.customers)
    pd.testing.assert_frame_equal(again.backtest, regular.backtest)
    pd.testing.assert_frame_equal(again.parameters, regular.parameters)


def test_big_past_nights_are_sampled(seasonless_log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAST_CUSTOMERS", 700)
    found = predict(seasonless_log, NIGHT, DAYS_BACK)
    assert found.backtest["customers"].max() == 700
    assert len(found.customers) > 700


def test_parameters_of_all_three_models_come_with_their_ids(regular: Outlook) -> None:
    names = regular.parameters.groupby("kind")["parameter"].apply(list)
    assert names["mbg_nbd"] == names["bg_nbd"] == ["r", "alpha", "a", "b", "log_likelihood"]
    assert names["gamma_gamma"][:4] == ["p", "q", "v", "log_likelihood"]
    assert set(regular.parameters["model_id"]) <= set(regular.model_runs["model_id"])
    assert not regular.parameters.duplicated(["model_id", "parameter"]).any()
    assert np.isfinite(regular.parameters["estimate"]).all()
