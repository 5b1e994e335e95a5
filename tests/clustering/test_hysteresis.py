import pandas as pd
import pytest

from models.behaviour_model import BehaviourModel
from models.scoring import score

B1, B2, B7 = "behaviour.b01", "behaviour.b02", "behaviour.b07"


def night(
    model: BehaviourModel, at: float, before: pd.DataFrame | None
) -> tuple[pd.DataFrame, str, int]:
    features = pd.DataFrame({"orders_365d": [at]}, index=pd.Index(["c"], name="customer_id"))
    scored = score(model, features, before=before)
    return scored, scored.loc["c", "segment_id"], scored.loc["c", "nights_across"]


def walk(model: BehaviourModel, *places: float) -> list[tuple[str, int]]:
    before, found = None, []
    for at in places:
        before, segment, nights = night(model, at, before)
        found.append((segment, nights))
    return found


def test_a_step_across_the_border_by_less_than_the_margin_moves_nobody(
    line: BehaviourModel,
) -> None:
    assert walk(line, 1.9, 2.1, 1.9, 2.1) == [(B1, 0), (B1, 1), (B1, 0), (B1, 1)]


def test_a_step_across_by_more_than_the_margin_moves_at_once(line: BehaviourModel) -> None:
    assert walk(line, 1.9, 2.21) == [(B1, 0), (B2, 0)]
    assert walk(line, 1.9, 2.19) == [(B1, 0), (B1, 1)]


def test_the_third_night_running_across_the_border_moves(line: BehaviourModel) -> None:
    assert walk(line, 1.9, 2.1, 2.1, 2.1, 2.1) == [(B1, 0), (B1, 1), (B1, 2), (B2, 0), (B2, 0)]


def test_who_has_moved_is_held_on_the_other_side(line: BehaviourModel) -> None:
    assert walk(line, 1.9, 2.3, 1.9) == [(B1, 0), (B2, 0), (B2, 1)]


def test_a_segment_that_the_model_does_not_have_holds_nobody(line: BehaviourModel) -> None:
    before = pd.DataFrame({"segment_id": ["behaviour.b05"], "nights_across": [0]}, index=["c"])
    assert night(line, 2.1, before)[1:] == (B2, 0)


def test_what_is_said_of_who_is_held_agrees_with_the_segment(line: BehaviourModel) -> None:
    before, _, _ = night(line, 1.9, None)
    row = night(line, 2.1, before)[0].loc["c"]
    assert row["segment_id"] == B1
    assert row["nearest_segment_id"] == row["next_segment_id"] == B2
    assert row["score"] == 2.1
    # 0.1 beyond the border: the margin is negative.
    assert row["margin"] == pytest.approx(-0.1)
    assert bool(row["is_borderline"])


def test_who_is_not_held_has_the_row_of_a_first_night(line: BehaviourModel) -> None:
    before, _, _ = night(line, 1.0, None)
    for at in (1.0, 3.0, 9.6):
        pd.testing.assert_frame_equal(night(line, at, before)[0], night(line, at, None)[0])


def test_others_do_not_decide_who_is_held(line: BehaviourModel) -> None:
    before = pd.DataFrame(
        {"segment_id": [B2, B1, B7], "nights_across": [0, 2, 1]}, index=["a", "b", "c"]
    )
    at = {"a": 1.9, "b": 1.9, "c": 8.8}
    features = pd.DataFrame({"orders_365d": at}).rename_axis("customer_id")
    together = score(line, features, before=before)
    assert together["segment_id"].tolist() == [B2, B1, B7]
    assert together["nights_across"].tolist() == [1, 0, 2]
    for customer in at:
        alone = score(line, features.loc[[customer]], before=before.iloc[::-1])
        pd.testing.assert_frame_equal(alone, together.loc[[customer]])
