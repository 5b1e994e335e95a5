"""What a whole night does if a model is missing, was changed, or knows other features."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.assets import clustering
from orchestration.behaviour import read_features
from orchestration.home import Home
from tests.conftest import Installation, shop_in

pytestmark = pytest.mark.long

# A night that learns; the next is no Monday.
FIRST, NEXT = "2024-06-25", "2024-06-26"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = shop_in(tmp_path_factory.mktemp("learned"), monkeypatch)
        made.land("products", "products.csv", "product_id,category\nP1,coffee\nP2,tea\nP3,cups\n")
        made.night(FIRST)
        yield made


@pytest.fixture
def copied(
    learned: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Installation]:
    def copy() -> Installation:
        shutil.copytree(learned.home.root, tmp_path / "home", symlinks=True)
        return Installation(Home(tmp_path / "home"), monkeypatch)

    return copy


def stored(installation: Installation, sql: str) -> list[tuple[Any, ...]]:
    path = str(installation.home.warehouse)
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def model_folder(installation: Installation) -> Path:
    """Return the one folder of a behaviour model; predictions have theirs beside it."""
    [folder] = [path for path in installation.home.models.glob("behaviour-*") if path.is_dir()]
    return folder


SEGMENTS = "select customer_id, segment_id from marts.fct_customer_segments order by all"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: folder.rename(folder.with_name("elsewhere")), "restore the folder"),
        (
            lambda folder: (folder / "model.json").write_text(
                (folder / "model.json").read_text().replace('"population": 1', '"population": 2')
            ),
            "was changed after it was written",
        ),
    ],
    ids=["missing", "tampered"],
)
def test_without_its_model_a_night_stops_and_the_last_published_one_stands(
    copied: Callable[[], Installation], harm: Callable[[Path], object], words: str
) -> None:
    made = copied()
    before = made.published(SEGMENTS)
    harm(model_folder(made))

    result = made.strata("run", "--as-of", NEXT)

    assert result.exit_code == 1, result.output
    assert words in result.output
    assert made.published(SEGMENTS) == before
    assert made.published(
        "select is_stale, cast(as_of_date as varchar), cast(failed_as_of_date as varchar) "
        "from marts.run_info"
    ) == [(True, FIRST, NEXT)]
    assert stored(made, f"select * from ml.model_runs where as_of_date = date '{NEXT}'") == []


def test_another_list_of_features_is_a_new_model_and_never_mixed_with_the_old(
    copied: Callable[[], Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = copied()
    old = model_folder(made).name

    def with_one_more(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        features = read_features(connection)
        return features.assign(visits_90d=np.arange(len(features)) % 7 + 1.0)

    monkeypatch.setattr(clustering, "read_features", with_one_more)
    made.night(NEXT)

    told = "select decision, decision_reason, model_id from ml.model_runs where kind = 'behaviour' "
    [(decision, reason, model_id)] = stored(made, f"{told} and as_of_date = date '{NEXT}'")
    assert decision == "promoted"
    assert "the list of features changed (new: ['visits_90d'], gone: [])" in reason
    assert stored(
        made,
        "select cast(as_of_date as varchar), model_id from ml.behaviour_scores group by all "
        "order by all",
    ) == [(FIRST, old), (NEXT, model_id)]
    assert old != model_id
    # Of every mover it is told whether the model or the own behaviour did it.
    [(movers, causes)] = made.published(
        "select count(*), count(cause) from marts.fct_segment_changes where scheme = 'behaviour' "
        "and from_segment_id is not null and to_segment_id is not null"
    )
    assert movers == causes


def test_a_rebuild_asks_for_no_model_but_the_nights_own(
    copied: Callable[[], Installation],
) -> None:
    made = copied()
    old = model_folder(made)
    shutil.rmtree(old)
    Path(f"{old}.given-up").touch()
    made.night(NEXT)
    new = model_folder(made)

    compared = made.strata("reconcile")

    assert compared.exit_code == 0, compared.output
    rebuilt = made.strata("rebuild", "--as-of", NEXT)
    assert rebuilt.exit_code == 0, rebuilt.output
    beside = made.home.rebuilds / NEXT / "warehouse.duckdb"
    register = "select * from ml.behaviour_segments order by segment_id"
    with closing(duckdb.connect(str(beside), read_only=True)) as connection:
        assert connection.execute(register).fetchall() == stored(made, register)

    new.rename(new.with_name("elsewhere"))
    refused = made.strata("rebuild", "--as-of", NEXT)
    assert refused.exit_code == 2, refused.output
    assert "cannot be rebuilt without its model" in refused.output
    assert str(new) in refused.output
    assert refused.output.count("Traceback") == 0
