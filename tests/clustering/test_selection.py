import numpy as np
import pandas as pd
import pytest

from models.candidates import Selection
from models.selection import select_clustering
from models.separation import PastCoordinates


def blobs(centres: list[list[float]], *, size: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = np.repeat(np.array(centres, dtype=float), size, axis=0)
    values = rows + random.normal(scale=0.3, size=rows.shape)
    return pd.DataFrame(values, index=[f"c{row:05d}" for row in range(len(values))])


FIVE = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0], [8.0, 8.0]]


@pytest.fixture(scope="module")
def five() -> Selection:
    return select_clustering(blobs(FIVE, size=60), random_state=0)


def test_five_planted_groups_are_found_and_called_natural(five: Selection) -> None:
    assert five.chosen is not None
    assert five.chosen.n_clusters == 5
    assert five.verdict == "natural"
    assert five.verdict_reason.startswith("natural clusters: silhouette 0.8")


def test_every_candidate_is_in_the_table_with_its_figures(five: Selection) -> None:
    frame = five.candidates_frame()
    assert frame["n_clusters"].tolist() == [k for k in range(2, 13) for _ in range(2)]
    assert frame["method"].tolist() == ["kmeans", "gaussian_mixture"] * 11
    assert frame["is_chosen"].sum() == 1
    assert (frame["reason"].str.len() > 0).all()
    assert frame["null_silhouette_95"].notna().all()
    assert (frame.loc[frame["stability"] >= 0.75, "stability_resamples"] == 50).all()
    chosen = frame[frame["is_chosen"]].iloc[0]
    assert chosen["silhouette"] > chosen["null_silhouette_95"]
    assert chosen["stability"] > chosen["null_stability_95"]
    assert (frame.loc[~frame["is_valid"], "verdict"] == "none").all()


def test_one_cloud_is_cut_but_not_called_natural() -> None:
    cloud = np.random.default_rng(0).standard_normal((300, 3)) * [4.0, 1.0, 1.0]
    rows = pd.DataFrame(cloud, index=[f"c{row:03d}" for row in range(300)])
    selection = select_clustering(rows, random_state=0)
    assert selection.verdict == "reproducible"
    assert selection.verdict_reason.startswith("a stable cut of a continuum: silhouette")
    assert selection.chosen is not None
    assert selection.chosen.stability is not None
    assert selection.chosen.stability >= 0.75


def test_a_cloud_without_a_stable_cut_has_the_verdict_none() -> None:
    cube = np.random.default_rng(0).uniform(size=(200, 6))
    rows = pd.DataFrame(cube, index=[f"c{row:03d}" for row in range(200)])
    selection = select_clustering(rows, random_state=0)
    assert selection.chosen is None
    assert selection.verdict == "none"
    assert "no number of clusters from 2 to 12 is valid" in selection.reason
    assert not selection.candidates_frame()["is_chosen"].any()


def test_next_spend_chooses_another_number_than_the_silhouette() -> None:
    """Who lies on the right spends and nobody else: two clusters say all that there is to say."""
    rows = blobs([[0.0, 0.0], [0.0, 5.0], [14.0, 0.0], [14.0, 5.0]], size=40)
    values = rows.to_numpy()
    spend = np.where(values[:, 0] > 5, 100.0, 1.0)
    past = PastCoordinates(values, spend)
    by_spend = select_clustering(rows, random_state=0, past=past).chosen
    by_silhouette = select_clustering(rows, random_state=0).chosen
    assert by_spend is not None
    assert by_silhouette is not None
    assert by_silhouette.n_clusters == 4
    assert by_spend.n_clusters == 2


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


def test_a_feature_with_two_values_gives_two_clusters_that_nothing_else_shows() -> None:
    rows = pd.DataFrame({"x": [0.0, 9.0] * 50}, index=[f"c{row:03d}" for row in range(100)])
    selection = select_clustering(rows, random_state=0)
    assert selection.chosen is not None
    assert selection.chosen.n_clusters == 2
    assert selection.verdict == "reproducible"


def test_a_cluster_under_two_percent_makes_a_number_invalid() -> None:
    far = blobs([[0.0, 0.0], [6.0, 6.0], [-6.0, 6.0]], size=300)
    rows = pd.concat([far, blobs([[40.0, -40.0]], size=6).set_axis([f"x{i}" for i in range(6)])])
    selection = select_clustering(rows, random_state=0)
    frame = selection.candidates_frame().set_index(["n_clusters", "method"])
    assert not frame.loc[(4, "kmeans"), "is_valid"]
    reason = str(frame.loc[(4, "kmeans"), "reason"])
    assert "smallest cluster holds 6 customers; 19 needed" in reason


@pytest.mark.parametrize(
    ("size", "told"), [(0, "0 customers"), (1, "1 customer"), (49, "49 customers")]
)
def test_too_few_customers_are_no_model(size: int, told: str) -> None:
    """Of one customer no feature varies either: that would be a strange reason."""
    for rows in (blobs([[0.0]], size=size), blobs([[0.0]], size=size)[[]]):
        selection = select_clustering(rows, random_state=0)
        assert selection.chosen is None
        assert selection.reason == f"{told}; at least 50 needed to group them"


def test_without_a_feature_there_is_no_model() -> None:
    selection = select_clustering(blobs([[0.0]], size=60)[[]], random_state=0)
    assert selection.chosen is None
    assert selection.reason == "no feature varies enough to group customers by"


def test_more_clusters_than_different_customers_are_not_tried() -> None:
    rows = pd.DataFrame({"x": [0.0, 5.0, 9.0] * 40}, index=[f"c{i:03d}" for i in range(120)])
    selection = select_clustering(rows, random_state=0)
    assert selection.chosen is not None
    assert selection.chosen.n_clusters == 3
    frame = selection.candidates_frame()
    of_four = frame[frame["n_clusters"] == 4]
    assert of_four["reason"].tolist() == ["only 3 customers differ from one another"] * 2
    assert of_four["silhouette"].isna().all()
