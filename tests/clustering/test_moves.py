from dataclasses import replace

import pandas as pd
import pytest

from models.behaviour_model import BehaviourModel
from models.moves import causes_of_moves
from models.scoring import score

B1, B2, B7 = "behaviour.b01", "behaviour.b02", "behaviour.b07"


def at(**places: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"orders_365d": list(places.values())}, index=pd.Index(list(places), name="customer_id")
    )


def stood(segment_id: str, nights_across: int = 0, *, customer: str = "c") -> pd.DataFrame:
    return pd.DataFrame(
        {"segment_id": [segment_id], "nights_across": [nights_across]},
        index=pd.Index([customer], name="customer_id"),
    )


def cause(
    model: BehaviourModel,
    place: float,
    before: pd.DataFrame | None,
    earlier_model: BehaviourModel | None,
) -> str | None:
    features = at(c=place)
    segments = score(model, features, before=before)["segment_id"]
    found = causes_of_moves(segments, features, before=before, earlier_model=earlier_model)
    return None if found.isna()["c"] else str(found["c"])


@pytest.fixture
def refitted(line: BehaviourModel) -> BehaviourModel:
    """Have the second centre at 3: its border to the first is at 1.5, near up to 1.65."""
    first, second, last = line.segments
    return replace(line, segments=(first, replace(second, centre=(3.0,)), last))


def test_a_step_beyond_the_margin_is_the_customers_own(line: BehaviourModel) -> None:
    assert cause(line, 2.3, stood(B1), line) == "own"
    # As far across on the third night: the wait had nothing to do with it.
    assert cause(line, 2.3, stood(B1, 2), line) == "own"


def test_the_third_night_just_across_is_the_border(line: BehaviourModel) -> None:
    assert cause(line, 2.1, stood(B1, 2), line) == "border"


def test_who_would_have_stayed_under_the_model_of_before_was_moved_by_the_refit(
    line: BehaviourModel, refitted: BehaviourModel
) -> None:
    assert cause(refitted, 1.8, stood(B1), line) == "refit"
    # Held under the earlier model, moved by the new one.
    assert cause(refitted, 2.1, stood(B1, 1), line) == "refit"
    # Those go by themselves whatever model scores.
    assert cause(refitted, 2.3, stood(B1), line) == "own"
    assert cause(refitted, 2.1, stood(B1, 2), line) == "border"


def test_whose_segment_ended_was_moved_by_the_refit(line: BehaviourModel) -> None:
    shorter = replace(line, segments=line.segments[:2])
    assert cause(shorter, 13.0, stood(B7), line) == "refit"


def test_who_stayed_or_came_has_no_cause(line: BehaviourModel) -> None:
    assert cause(line, 2.1, stood(B1), line) is None
    assert cause(line, 2.3, stood(B1, customer="other"), line) is None
    assert cause(line, 2.3, None, line) is None


def test_what_the_earlier_model_cannot_tell_is_left_open(line: BehaviourModel) -> None:
    assert cause(line, 2.3, stood(B1), None) is None
    assert cause(line, 2.3, stood("behaviour.b99"), line) is None
    gone = replace(line.scaler.features[0], name="gone")
    lacking = replace(line, scaler=replace(line.scaler, features=(gone,)))
    assert cause(line, 2.3, stood(B1), lacking) is None


def test_each_mover_has_a_cause_of_its_own(line: BehaviourModel) -> None:
    features = at(a=2.3, b=2.1, c=0.0, d=13.0)
    before = pd.concat(
        [
            stood(B1, customer="d"),
            stood(B1, 2, customer="b"),
            stood(B1, customer="c"),
            stood(B1, customer="a"),
        ]
    )
    segments = score(line, features, before=before)["segment_id"]
    found = causes_of_moves(segments, features, before=before, earlier_model=line)
    assert found.dropna().to_dict() == {"a": "own", "b": "border", "d": "own"}
