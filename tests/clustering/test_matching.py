import numpy as np
import pytest

from models.matching import Match, match_to_nothing, match_to_previous, new_ids

OLD = ["behaviour.b01", "behaviour.b02", "behaviour.b03"]


def match(labels: list[int], previous: list[int], *, ids_ever: list[str] | None = None) -> Match:
    return match_to_previous(
        np.array(labels),
        np.array(previous),
        n_clusters=max(labels) + 1,
        previous_ids=OLD,
        ids_ever=OLD if ids_ever is None else ids_ever,
    )


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


def test_the_first_model_numbers_from_one() -> None:
    assert match_to_nothing(2, ids_ever=[]).segment_ids == ("behaviour.b01", "behaviour.b02")


def test_numbers_go_on_beyond_ninety_nine() -> None:
    assert new_ids(["behaviour.b99"], 1) == ["behaviour.b100"]


def test_an_id_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`rfm.lost` is no behaviour segment id"):
        new_ids(["rfm.lost"], 1)
