from datetime import date

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from models import training_sample as training_sample_module
from models.behaviour_model import BehaviourModel
from models.features import checked_features
from models.past_sample import past_sample
from models.registry import empty_registry, update_registry
from models.scoring import score
from models.segmenter import FittedBehaviour, NoBehaviourModel, fit_behaviour_model
from models.separation import PastNight
from models.transforms import fit_scaler

MONDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 9)


def fit(
    features: pd.DataFrame, *, previous: BehaviourModel | None = None
) -> FittedBehaviour | NoBehaviourModel:
    registry = empty_registry()
    if previous:
        registry = update_registry(registry, previous, as_of_date=MONDAY)
    return fit_behaviour_model(
        features, trained_on=NEXT_MONDAY, random_state=0, previous=previous, registry=registry
    )


def test_planted_groups_are_found_whole(planted: pd.DataFrame, fitted: FittedBehaviour) -> None:
    assert fitted.model.n_clusters == 4
    segments = score(fitted.model, planted)["segment_id"]
    groups = segments.index.str.rsplit("-", n=1).str[0]
    assert segments.groupby(groups).nunique().max() == 1
    assert segments.nunique() == 4


def test_planted_groups_are_named_for_what_they_do(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    names = {item.segment_id: item.name.segment_name for item in fitted.model.segments}
    scored = score(fitted.model, planted)["segment_id"].map(names)
    first = {group: scored[f"{group}-0000"] for group in ["often_much", "often_little"]}
    assert first == {
        "often_much": "Big-Basket Regulars",
        "often_little": "Small-Basket Regulars",
    }


def test_row_order_and_threads_do_not_change_the_model(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    with threadpool_limits(limits=2):
        again = fit_behaviour_model(
            planted.sample(frac=1, random_state=3),
            trained_on=MONDAY,
            random_state=0,
            previous=None,
            registry=empty_registry(),
        )
    assert isinstance(again, FittedBehaviour)
    assert again.model.model_id == fitted.model.model_id


def test_a_refit_with_another_seed_keeps_ids_and_names(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    again = fit_behaviour_model(
        planted.sample(frac=0.9, random_state=1),
        trained_on=NEXT_MONDAY,
        random_state=99,
        previous=fitted.model,
        registry=update_registry(empty_registry(), fitted.model, as_of_date=MONDAY),
    )
    assert isinstance(again, FittedBehaviour)
    assert again.model.agreement_with_previous == 1.0
    assert again.model.previous_model_id == fitted.model.model_id
    assert [(item.segment_id, item.name.segment_name) for item in again.model.segments] == [
        (item.segment_id, item.name.segment_name) for item in fitted.model.segments
    ]


def test_a_vanished_group_retires_its_id_and_a_new_one_gets_a_new_number(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    gone = score(fitted.model, planted).loc["seldom_little-0000", "segment_id"]
    others = planted[~planted.index.str.startswith("seldom_little")]
    new = planted[planted.index.str.startswith("often_much")] * [30, 0.05, 30]
    again = fit(
        pd.concat([others, new.set_axis([f"new-{row}" for row in range(len(new))])]),
        previous=fitted.model,
    )
    assert isinstance(again, FittedBehaviour)
    ids = set(again.model.segment_ids)
    assert gone not in ids
    assert "behaviour.b05" in ids
    assert len(ids & set(fitted.model.segment_ids)) == 3


def test_a_feature_that_has_gone_does_not_cost_the_ids(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    again = fit(planted.drop(columns="recency_days"), previous=fitted.model)
    assert isinstance(again, FittedBehaviour)
    assert again.model.segment_ids == fitted.model.segment_ids


def test_features_that_say_nothing_are_named_in_the_model(planted: pd.DataFrame) -> None:
    fitted = fit(planted.assign(return_share_365d=0.0, department_breadth_365d=np.nan))
    assert isinstance(fitted, FittedBehaviour)
    assert {item.name: item.reason for item in fitted.model.scaler.left_out} == {
        "return_share_365d": "the same for every customer (0)",
        "department_breadth_365d": "unknown for every customer",
    }


@pytest.mark.parametrize("customers", [0, 1, 10])
def test_too_few_customers_give_a_reason_and_no_model(
    planted: pd.DataFrame, customers: int
) -> None:
    result = fit(planted.iloc[:customers])
    assert isinstance(result, NoBehaviourModel)
    assert result.reason
    assert result.candidates.empty


def test_customers_all_alike_give_a_reason_and_no_model(planted: pd.DataFrame) -> None:
    result = fit(planted * 0 + 1)
    assert isinstance(result, NoBehaviourModel)
    assert result.reason.startswith(
        "no feature varies enough to group customers by; left out: "
        "recency_days (the same for every customer (1)), orders_365d ("
    )


def test_an_infinite_value_stops_the_fit(planted: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="infinite"):
        fit(planted.assign(orders_365d=np.inf))


def test_one_enormous_customer_does_not_make_a_segment(
    planted: pd.DataFrame, fitted: FittedBehaviour
) -> None:
    enormous = planted.copy()
    enormous.loc["often_much-0000", "average_order_value_365d"] = 1e13
    result = fit(enormous, previous=fitted.model)
    assert isinstance(result, FittedBehaviour)
    assert result.model.segment_ids == fitted.model.segment_ids


def test_a_large_population_is_learned_from_a_sample_and_matched_whole(
    planted: pd.DataFrame, fitted: FittedBehaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_sample_module, "MAX_TRAINING_ROWS", 200)
    result = fit(planted, previous=fitted.model)
    assert isinstance(result, FittedBehaviour)
    assert result.model.population == 480
    assert result.model.agreement_with_previous == 1.0


def test_one_more_customer_changes_the_training_sample_by_one_at_most(
    planted: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn by position, two nights would learn from unrelated samples of the same people."""
    monkeypatch.setattr(training_sample_module, "MAX_TRAINING_ROWS", 200)
    one_less = planted.sort_index().drop(index=planted.index[17])
    sample = training_sample_module.training_sample(planted.sort_index(), random_state=1)
    before = training_sample_module.training_sample(one_less, random_state=1)
    other = training_sample_module.training_sample(planted.sort_index(), random_state=2)

    assert len(sample) == 200
    assert sample.index.is_monotonic_increasing
    assert len(sample.index.difference(before.index)) <= 1
    assert len(sample.index.difference(other.index)) > 50


def test_the_verdict_is_stored_with_the_figures_behind_it(fitted: FittedBehaviour) -> None:
    assert fitted.model.verdict == "natural"
    assert fitted.verdict_reason.startswith("natural clusters: silhouette 0.78")
    assert "no past night" in fitted.reason
    assert fitted.model.separation is None
    assert BehaviourModel.from_json(fitted.model.to_json()).verdict == "natural"


def test_a_refit_without_a_valid_clustering_gives_no_model(
    fitted: FittedBehaviour,
) -> None:
    cube = np.random.default_rng(0).uniform(size=(200, 6))
    index = pd.Index([f"c{row:03d}" for row in range(200)], name="customer_id")
    result = fit(pd.DataFrame(cube, index=index).add_prefix("feature_"), previous=fitted.model)
    assert isinstance(result, NoBehaviourModel)
    assert "no number of clusters from 2 to 12 is valid" in result.reason
    assert (result.candidates["verdict"] == "none").all()


def test_a_past_night_decides_by_what_customers_spent_next(planted: pd.DataFrame) -> None:
    often = planted.index.str.startswith("often")
    spent = pd.Series(np.where(often, 100.0, 1.0), index=planted.index)
    past = PastNight(planted, spent[spent > 50].sample(frac=1, random_state=0))
    result = fit_behaviour_model(
        planted,
        trained_on=MONDAY,
        random_state=0,
        previous=None,
        registry=empty_registry(),
        past=past,
    )
    assert isinstance(result, FittedBehaviour)
    assert result.model.n_clusters == 2
    assert result.model.separation is not None
    assert result.model.separation > 0.99
    assert "next 90 days' spend" in result.reason
    assert BehaviourModel.from_json(result.model.to_json()) == result.model


def test_a_past_night_that_tells_nothing_is_left_aside(planted: pd.DataFrame) -> None:
    scaler = fit_scaler(checked_features(planted))
    for past in (
        None,
        PastNight(planted.iloc[:49], pd.Series(np.arange(49.0), index=planted.index[:49])),
        PastNight(planted, pd.Series(dtype="float64")),
    ):
        assert past_sample(past, scaler, random_state=0) is None


def test_a_feature_that_the_past_night_lacks_is_unknown_there(planted: pd.DataFrame) -> None:
    scaler = fit_scaler(checked_features(planted))
    spent = pd.Series(np.arange(len(planted), dtype="float64"), index=planted.index)
    past = PastNight(planted.drop(columns="recency_days"), spent)
    found = past_sample(past, scaler, random_state=0)
    assert found is not None
    assert len(set(found.coordinates.coordinates[:, scaler.names.index("recency_days")])) == 1
    assert found.coordinates.next_spend.tolist() == spent.sort_index().tolist()
