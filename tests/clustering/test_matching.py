import numpy as np
import pytest

from models.matching import Descent, Match, match_to_nothing, match_to_previous, new_ids

OLD = ["behaviour.b01", "behaviour.b02", "behaviour.b03"]


def match(
    labels: list[int],
    previous: list[int],
    *,
    ids_ever: list[str] | None = None,
    distances: list[list[float]] | None = None,
    far: int = 0,
) -> Match:
    """Match with all centres at one place unless told, and the last `far` customers far away."""
    shape = (max(labels) + 1, len(OLD))
    return match_to_previous(
        np.array(labels),
        np.array(previous),
        distances=np.zeros(shape) if distances is None else np.array(distances),
        is_familiar=np.arange(len(labels)) < len(labels) - far,
        previous_ids=OLD,
        ids_ever=OLD if ids_ever is None else ids_ever,
    )


def told(found: Match) -> dict[str, tuple[str, str | None]]:
    return {item.segment_id[-3:]: (item.event, item.other_segment_id) for item in found.descents}


def test_relabelled_clusters_keep_their_ids() -> None:
    found = match([2, 2, 0, 0, 1, 1], [0, 0, 1, 1, 2, 2])
    assert found.segment_ids == ("behaviour.b02", "behaviour.b03", "behaviour.b01")
    assert found.kept == (True, True, True)
    assert found.agreement == 1.0


def test_of_a_split_the_larger_part_keeps_the_id_and_the_other_is_its_successor() -> None:
    found = match([0] * 7 + [3] * 3 + [1] * 10 + [2] * 10, [0] * 10 + [1] * 10 + [2] * 10)
    assert found.segment_ids == (*OLD, "behaviour.b04")
    assert found.successor_of == (None, None, None, "behaviour.b01")


def test_of_a_split_into_many_none_keeps_the_id() -> None:
    found = match([0, 1, 2, 3] * 10, [0] * 40)
    assert found.segment_ids == tuple(f"behaviour.b{step:02d}" for step in range(4, 8))
    assert set(found.successor_of) == {"behaviour.b01"}


def test_a_vanished_segment_leaves_its_id_unused() -> None:
    found = match([0] * 10 + [1] * 12, [0] * 10 + [1] * 10 + [2] * 2)
    assert found.segment_ids == ("behaviour.b01", "behaviour.b02")


def test_ids_of_retired_segments_are_never_given_again() -> None:
    found = match([0, 1] * 10, [0] * 20, ids_ever=[*OLD, "behaviour.b11"])
    assert "behaviour.b12" in found.segment_ids
    assert set(found.segment_ids).isdisjoint({"behaviour.b02", "behaviour.b03", "behaviour.b11"})


def test_ids_of_the_previous_model_count_even_if_the_register_lacks_them() -> None:
    assert match([0, 1, 2, 3] * 10, [0] * 40, ids_ever=[]).segment_ids[0] == "behaviour.b04"


def test_a_cluster_of_mixed_origin_is_nobodys_successor() -> None:
    found = match([0] * 9, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert found.kept == (False,)
    assert found.successor_of == (None,)


def test_overlap_decides_together_and_not_greedily() -> None:
    # Cluster 0 overlaps both old ones; giving it the first would leave cluster 1 without.
    labels = [0] * 8 + [0] * 6 + [1] * 6
    previous = [1] * 8 + [0] * 6 + [0] * 6
    found = match(labels, previous)
    assert found.segment_ids[:2] == ("behaviour.b02", "behaviour.b01")


def test_of_two_pairs_that_overlap_alike_the_nearer_centres_are_the_same_segment() -> None:
    # Both halves hold exactly half of b01: only the distance in the old space can tell.
    labels, previous = [0] * 5 + [1] * 5 + [2] * 9 + [3] * 9, [0] * 10 + [1] * 9 + [2] * 9
    near_first = [[0.1, 9, 9], [0.2, 9, 9], [9, 0, 9], [9, 9, 0]]
    near_second = [[0.2, 9, 9], [0.1, 9, 9], [9, 0, 9], [9, 9, 0]]
    assert match(labels, previous, distances=near_first).segment_ids[0] == "behaviour.b01"
    assert match(labels, previous, distances=near_second).segment_ids[1] == "behaviour.b01"


def test_near_centres_without_shared_customers_are_not_the_same_segment() -> None:
    found = match([0] * 9 + [1] * 9, [1] * 9 + [0] * 9, distances=[[0, 9, 9], [9, 0, 9]])
    assert found.segment_ids == ("behaviour.b02", "behaviour.b01")


def test_an_id_is_kept_at_any_distance_rather_than_given_up() -> None:
    found = match([0] * 9 + [1] * 9, [0] * 9 + [1] * 9, distances=[[50, 0, 0], [0, 50, 0]])
    assert found.segment_ids == ("behaviour.b01", "behaviour.b02")


def test_newcomers_far_from_all_cost_no_segment_its_id_and_have_no_predecessor() -> None:
    # Twelve newcomers are least far from b01, which has ten customers of its own.
    labels, previous = [0] * 10 + [1] * 9 + [2] * 12, [0] * 10 + [1] * 9 + [0] * 12
    found = match(labels, previous, far=12)
    assert found.segment_ids == ("behaviour.b01", "behaviour.b02", "behaviour.b04")
    assert found.successor_of == (None, None, None)
    assert told(found)["b04"] == ("born", None)


def test_two_segments_that_merge_end_in_the_new_one() -> None:
    found = match([0] * 20 + [1] * 9, [0] * 11 + [1] * 9 + [2] * 9)
    assert told(found) == {
        "b01": ("kept", None),
        "b02": ("merged", "behaviour.b01"),
        "b03": ("kept", None),
    }
    found = match([0] * 27, [0] * 9 + [1] * 9 + [2] * 9)
    assert told(found) == {
        "b01": ("merged", "behaviour.b04"),
        "b02": ("merged", "behaviour.b04"),
        "b03": ("merged", "behaviour.b04"),
        "b04": ("merged", "behaviour.b01"),
    }


def test_a_segment_that_falls_apart_is_split_and_its_parts_come_from_it() -> None:
    found = match([0] * 4 + [1] * 3 + [2] * 3 + [3] * 9, [0] * 10 + [1] * 9)
    assert told(found) == {
        "b01": ("split", "behaviour.b04"),
        "b02": ("kept", None),
        "b03": ("retired", None),
        "b04": ("split", "behaviour.b01"),
        "b05": ("split", "behaviour.b01"),
        "b06": ("split", "behaviour.b01"),
    }


def test_what_became_of_a_segment_comes_back_from_json_values() -> None:
    descent = match([0] * 7 + [1] * 3, [0] * 10).descents[-1]
    assert Descent.from_dict(descent.to_dict()) == descent
    assert descent.overlap == 0.3


def test_the_first_model_numbers_from_one() -> None:
    assert match_to_nothing(2, ids_ever=[]).segment_ids == ("behaviour.b01", "behaviour.b02")


def test_numbers_go_on_beyond_ninety_nine() -> None:
    assert new_ids(["behaviour.b99"], 1) == ["behaviour.b100"]


def test_an_id_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`rfm.lost` is no behaviour segment id"):
        new_ids(["rfm.lost"], 1)
