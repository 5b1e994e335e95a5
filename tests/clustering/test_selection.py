import time

import numpy as np
import pandas as pd
import pytest

from models import selection as selection_module
from models.candidates import Candidate, Clustering
from models.selection import select_clustering
from models.transforms import apply_scaler, fit_scaler


def blobs(centres: list[list[float]], *, size: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = np.repeat(np.array(centres, dtype=float), size, axis=0)
    values = rows + random.normal(scale=0.3, size=rows.shape)
    return pd.DataFrame(values, index=[f"c{row:05d}" for row in range(len(values))])


FIVE = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0], [8.0, 8.0]]


def candidate(n_clusters: int, silhouette: float, problem: str | None = None) -> Candidate:
    clustering = Clustering(np.zeros(1, np.int64), np.zeros((n_clusters, 1)))
    return Candidate(n_clusters, clustering, silhouette, 0.9, 0.1, problem)


def test_five_planted_groups_are_found() -> None:
    selection = select_clustering(blobs(FIVE, size=60), random_state=0)
    assert selection.chosen is not None
    assert selection.chosen.n_clusters == 5
    frame = selection.candidates_frame()
    assert frame["n_clusters"].tolist() == list(range(2, 13))
    assert frame.loc[frame["is_chosen"], "n_clusters"].tolist() == [5]
    assert (frame["reason"].str.len() > 0).all()


def test_row_order_changes_only_the_order_of_labels() -> None:
    rows = blobs(FIVE, size=40)
    shuffled = rows.sample(frac=1, random_state=1)
    one = select_clustering(rows, random_state=0).chosen
    other = select_clustering(shuffled, random_state=0).chosen
    assert one is not None
    assert one.clustering is not None
    assert other is not None
    assert other.clustering is not None
    np.testing.assert_allclose(one.clustering.centres, other.clustering.centres, atol=1e-9)
    labels = pd.Series(other.clustering.labels, index=shuffled.index).reindex(rows.index)
    np.testing.assert_array_equal(one.clustering.labels, labels)


def test_two_groups_are_taken_only_because_nothing_else_is_valid() -> None:
    rows = pd.DataFrame({"x": [0.0, 9.0] * 50}, index=[f"c{row:03d}" for row in range(100)])
    selection = select_clustering(rows, random_state=0)
    assert selection.chosen is not None
    assert selection.chosen.n_clusters == 2
    assert selection.reason == "the only valid number of clusters"


def test_three_valid_clusters_are_preferred_to_two_better_ones() -> None:
    chosen, _ = selection_module._choose((candidate(2, 0.9), candidate(3, 0.4)), None)
    assert chosen is not None
    assert chosen.n_clusters == 3


def test_the_highest_silhouette_of_the_valid_wins() -> None:
    tried = (candidate(3, 0.4), candidate(4, 0.6, "unstable"), candidate(5, 0.5))
    chosen, _ = selection_module._choose(tried, None)
    assert chosen is tried[2]


@pytest.mark.parametrize(("lacking", "expected"), [(0.019, 4), (0.021, 3)])
def test_a_refit_keeps_its_number_of_clusters_within_the_slack(
    lacking: float, expected: int
) -> None:
    chosen, _ = selection_module._choose((candidate(3, 0.4), candidate(4, 0.4 - lacking)), 4)
    assert chosen is not None
    assert chosen.n_clusters == expected


def test_a_cluster_under_two_percent_makes_a_number_invalid() -> None:
    far = blobs([[0.0, 0.0], [6.0, 6.0], [-6.0, 6.0]], size=300)
    rows = pd.concat([far, blobs([[40.0, -40.0]], size=6).set_axis([f"x{i}" for i in range(6)])])
    selection = select_clustering(rows, random_state=0)
    frame = selection.candidates_frame().set_index("n_clusters")
    assert not frame.loc[4, "is_valid"]
    assert "smallest cluster holds 6 customers; 19 needed" in str(frame.loc[4, "reason"])


def test_no_valid_number_is_said_in_words_and_not_as_an_empty_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selection_module, "MIN_STABILITY", 1.1)
    selection = select_clustering(blobs(FIVE, size=20), random_state=0)
    assert selection.chosen is None
    assert "no number of clusters from 2 to 12 is valid" in selection.reason
    assert len(selection.candidates_frame()) == 11
    assert not selection.candidates_frame()["is_chosen"].any()


@pytest.mark.parametrize("size", [0, 1, 49])
def test_too_few_customers_are_no_model(size: int) -> None:
    selection = select_clustering(blobs([[0.0]], size=size), random_state=0)
    assert selection.chosen is None
    assert selection.reason == f"{size} customers; at least 50 needed to group them"


def test_without_a_feature_there_is_no_model() -> None:
    selection = select_clustering(blobs([[0.0]], size=60)[[]], random_state=0)
    assert selection.chosen is None
    assert selection.reason == "no feature varies enough to group customers by"


def test_more_clusters_than_different_customers_are_not_tried() -> None:
    rows = pd.DataFrame({"x": [0.0, 5.0, 9.0] * 40}, index=[f"c{i:03d}" for i in range(120)])
    frame = select_clustering(rows, random_state=0).candidates_frame().set_index("n_clusters")
    assert frame.loc[3, "is_chosen"]
    assert frame.loc[4, "reason"] == "only 3 customers differ from one another"


def test_a_large_population_is_sampled_for_the_silhouette(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = blobs(FIVE, size=60)
    whole = select_clustering(rows, random_state=0)
    monkeypatch.setattr(selection_module, "MAX_SILHOUETTE_ROWS", 100)
    sampled = select_clustering(rows, random_state=0)
    assert whole.chosen is not None
    assert sampled.chosen is not None
    assert sampled.chosen.silhouette == pytest.approx(whole.chosen.silhouette, abs=0.03)
    assert sampled.chosen.silhouette != whole.chosen.silhouette


def test_selection_of_2500_customers_takes_under_six_seconds_of_one_core() -> None:
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.lognormal(size=(2500, 8)), index=[f"c{i:04d}" for i in range(2500)])
    rows.columns = [f"x{position}" for position in range(8)]
    scaled = apply_scaler(fit_scaler(rows), rows)
    start = time.process_time()
    select_clustering(scaled, random_state=0)
    assert time.process_time() - start < 6.0
