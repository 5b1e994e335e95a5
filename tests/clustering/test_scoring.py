from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import models.scoring as scoring_module
from models.behaviour_model import BehaviourModel, Segment
from models.scoring import SCORE_COLUMNS, nearest_segments, score
from models.segmenter import FittedBehaviour
from models.transforms import FeatureTransform, Scaler
from models.vocabulary import LANGUAGES


def transform(name: str) -> FeatureTransform:
    return FeatureTransform(
        name, fill=0.0, lower=-100.0, upper=100.0, is_logged=False, centre=0.0, scale=1.0
    )


@pytest.fixture
def plane(fitted: FittedBehaviour) -> BehaviourModel:
    """Three centres, (0, 0), (4, 0) and (0, 10), in a plane whose units are natural ones."""
    name = fitted.model.segments[0].name
    centres = {
        "behaviour.b01": (0.0, 0.0),
        "behaviour.b02": (4.0, 0.0),
        "behaviour.b07": (0.0, 10.0),
    }
    segments = tuple(Segment(key, centre, 0.3, None, name) for key, centre in centres.items())
    return replace(
        fitted.model,
        scaler=Scaler((transform("orders_365d"), transform("lines_per_order_365d")), ()),
        segments=segments,
    )


def customers(*rows: tuple[float, float]) -> pd.DataFrame:
    index = pd.Index([f"c{row}" for row in range(len(rows))], name="customer_id")
    return pd.DataFrame(list(rows), columns=["orders_365d", "lines_per_order_365d"], index=index)


def test_distances_and_margins_equal_hand_computed_ones(plane: BehaviourModel) -> None:
    scored = score(plane, customers((1.0, 0.0), (4.0, 3.0), (0.0, 4.5)))
    assert scored["segment_id"].tolist() == ["behaviour.b01", "behaviour.b02", "behaviour.b01"]
    assert scored["score"].tolist() == [1.0, 3.0, 4.5]
    # Boundaries: x = 2 between b01 and b02; y = 5 between b01 and b07; for (4, 3) to b07:
    # (65 - 9) / (2 sqrt(116)) = 2.599..., more than the 2 to x = 2.
    assert scored["margin"].tolist() == [1.0, 2.0, 0.5]
    assert scored["next_segment_id"].tolist() == ["behaviour.b02", "behaviour.b01", "behaviour.b07"]


def test_the_next_segment_is_that_behind_the_nearest_boundary_not_the_nearest_centre(
    plane: BehaviourModel,
) -> None:
    # From (0, 4.5), b07 is 5.5 away and b02 6.02; from (-6, 4.9) too b07's boundary is nearest.
    assert score(plane, customers((-6.0, 4.9)))["next_segment_id"].tolist() == ["behaviour.b07"]


def test_borderline_is_within_a_tenth_of_the_way_to_the_boundary(plane: BehaviourModel) -> None:
    # Half the distance between b01 and b02 is 2, a tenth of it 0.2.
    scored = score(plane, customers((1.79, 0.0), (1.81, 0.0)))
    assert scored["is_borderline"].tolist() == [False, True]


def test_half_way_goes_to_the_smaller_id_with_margin_nought(plane: BehaviourModel) -> None:
    scored = score(plane, customers((2.0, 0.0)))
    assert scored["segment_id"].tolist() == ["behaviour.b01"]
    assert scored["margin"].tolist() == [0.0]


def test_moving_by_more_than_the_margin_changes_the_segment(plane: BehaviourModel) -> None:
    margin = score(plane, customers((1.0, 0.0)))["margin"].iloc[0]
    moved = score(plane, customers((1.0 + margin + 0.01, 0.0)))
    assert moved["segment_id"].tolist() == ["behaviour.b02"]


def test_rows_are_sorted_and_do_not_depend_on_their_neighbours(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    whole = score(fitted.model, planted)
    assert whole.index.is_monotonic_increasing
    assert whole.columns.tolist() == SCORE_COLUMNS
    some = planted.sample(n=25, random_state=4)
    pd.testing.assert_frame_equal(
        score(fitted.model, some), whole.loc[sorted(some.index)], check_exact=True
    )


def test_a_stored_model_scores_the_same(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    again = BehaviourModel.from_json(fitted.model.to_json())
    pd.testing.assert_frame_equal(
        score(again, planted), score(fitted.model, planted), check_exact=True
    )


def test_scores_carry_nine_decimals(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    numbers = score(fitted.model, planted)[["score", "margin"]].to_numpy()
    np.testing.assert_array_equal(numbers, np.round(numbers, 9))


def test_nobody_to_score_gives_no_rows_but_all_columns(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    scored = score(fitted.model, planted.iloc[:0])
    assert scored.empty
    assert scored.columns.tolist() == SCORE_COLUMNS


def test_a_missing_feature_is_named(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    with pytest.raises(ValueError, match=r"not there: \['orders_365d'\]"):
        score(fitted.model, planted.drop(columns="orders_365d"))


def test_reasons_are_sentences_with_the_customers_own_values(plane: BehaviourModel) -> None:
    scored = score(plane, customers((4.0, 0.0))).iloc[0]
    assert scored["reason_1"] == "Orders about every 91 days (typical: about once a year)"


def test_the_language_changes_the_reasons_and_nothing_else(
    planted: pd.DataFrame, fitted: FittedBehaviour, plane: BehaviourModel
) -> None:
    scored = score(plane, customers((4.0, 0.0)), language="zh").iloc[0]
    assert scored["reason_1"] == "下单频率约每91天一次（一般：约每年一次）"
    english, chinese = (score(fitted.model, planted, language=each) for each in LANGUAGES)
    reasons = ["reason_1", "reason_2", "reason_3"]
    pd.testing.assert_frame_equal(
        chinese.drop(columns=reasons), english.drop(columns=reasons), check_exact=True
    )
    assert all((chinese[each].isna() == english[each].isna()).all() for each in reasons)
    assert not any(chinese[each].dropna().str.isascii().any() for each in reasons)
    assert all(english[each].dropna().str.isascii().all() for each in reasons)


def test_the_first_reason_is_what_separates_from_the_next_segment(plane: BehaviourModel) -> None:
    # Next to (1, 9) is b01, ten lines below; orders are the same for both.
    scored = score(plane, customers((0.5, 9.0))).iloc[0]
    assert scored["next_segment_id"] == "behaviour.b01"
    assert scored["reason_1"] == "Puts 9 lines in an order (typical: 0)"


def test_an_unknown_value_is_no_reason(plane: BehaviourModel) -> None:
    scored = score(plane, customers((4.0, np.nan))).iloc[0]
    assert scored["reason_1"].startswith("Orders about every")
    assert scored[["reason_2", "reason_3"]].isna().all()


def test_every_customer_has_a_reason(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    assert score(fitted.model, planted)["reason_1"].notna().all()


def test_scoring_in_parts_changes_nothing(
    fitted: FittedBehaviour, planted: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = score(fitted.model, planted)
    monkeypatch.setattr(scoring_module, "PART_ROWS", 7)

    pd.testing.assert_frame_equal(score(fitted.model, planted.iloc[::-1]), whole)


def test_the_nearest_segments_are_those_of_the_score(
    fitted: FittedBehaviour, planted: pd.DataFrame
) -> None:
    nearest = nearest_segments(fitted.model, planted.iloc[::-1])

    ids = np.array(fitted.model.segment_ids)[nearest].tolist()
    assert ids == score(fitted.model, planted)["segment_id"].tolist()
