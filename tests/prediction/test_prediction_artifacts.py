import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.churn_model import ChurnModel
from models.customer_histories import checked_histories
from models.errors import ArtifactError
from models.gamma_gamma import GammaGamma
from models.night_models import NightModels
from models.outlook import Outlook, predict_night
from models.outlook_tables import id_of
from models.plain_rules import PlainRules
from models.prediction_artifacts import load_prediction_model, save_prediction_model
from models.prediction_baselines import CellBaseline
from models.purchase_process import PurchaseProcess

NIGHTS = {
    # Whose churn is the model's and whose values are plain rules; and the other way round.
    "cdnow_log": (pd.Timestamp("1998-06-30"), [*range(90, 391, 60)]),
    "seasonless_log": (pd.Timestamp("2023-12-30"), [90, 120, 150, 180, 210, 240, 270]),
}


def predict(log: Any, night: pd.Timestamp, days_back: list[int]) -> tuple[pd.DataFrame, Outlook]:
    tonight, past = log.until(night).histories(night), log.nights(night, days_back)
    options: dict[str, Any] = {"as_of_date": night.date(), "random_state": 3, "resamples": 40}
    return checked_histories(tonight), predict_night(tonight, past, **options)


@pytest.fixture(scope="module", params=[*NIGHTS])
def night(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, Outlook]:
    return predict(request.getfixturevalue(request.param), *NIGHTS[request.param])


def read_back(found: Outlook, root: Path) -> NightModels:
    """Return the night's models as somebody reads them who knows the published tables only."""
    for model in found.models:
        save_prediction_model(model, root)
    ids = found.model_runs.set_index("kind")["model_id"]
    read = {kind: load_prediction_model(root, model_id) for kind, model_id in ids.items()}
    process, spend, rules = read["mbg_nbd"], read["gamma_gamma"], read["plain_rules"]
    assert isinstance(process, PurchaseProcess)
    assert isinstance(spend, GammaGamma)
    assert isinstance(rules, PlainRules)
    churn = read.get("churn")
    assert churn is None or isinstance(churn, ChurnModel)
    return NightModels(
        process, spend, churn, rules, found.prediction_source, found.value_prediction_source
    )


def test_models_read_back_predict_the_same_figures(
    night: tuple[pd.DataFrame, Outlook], tmp_path: Path
) -> None:
    histories, found = night
    again = read_back(found, tmp_path).customers(histories)
    assert again["churn_probability"].notna().sum() > 50
    pd.testing.assert_frame_equal(again, found.customers, check_exact=True)


def test_each_stored_model_is_the_one_its_run_names(
    night: tuple[pd.DataFrame, Outlook], tmp_path: Path
) -> None:
    _, found = night
    for model in found.models:
        assert save_prediction_model(model, tmp_path) == tmp_path / id_of(model)
        save_prediction_model(model, tmp_path)
        assert load_prediction_model(tmp_path, id_of(model)) == model
    assert {path.name for path in tmp_path.iterdir()} == set(found.model_runs["model_id"])


def some_rules() -> PlainRules:
    return PlainRules(CellBaseline({0: 0.25, 11: 0.5}, 0.3, "cells"), None, None, None)


def test_shares_of_cells_come_back_equal(tmp_path: Path) -> None:
    save_prediction_model(some_rules(), tmp_path)
    assert load_prediction_model(tmp_path, some_rules().model_id) == some_rules()


def test_a_tampered_model_is_refused_when_read_and_when_its_night_runs_again(
    tmp_path: Path,
) -> None:
    file = save_prediction_model(some_rules(), tmp_path) / "model.json"
    file.write_bytes(file.read_bytes().replace(b"0.25", b"0.05"))
    with pytest.raises(ArtifactError, match=r"was changed after it was written.*move it away"):
        load_prediction_model(tmp_path, some_rules().model_id)
    with pytest.raises(ArtifactError, match="was changed after it was written"):
        save_prediction_model(some_rules(), tmp_path)


def test_a_model_tampered_together_with_its_sum_is_refused(tmp_path: Path) -> None:
    other = PlainRules(CellBaseline({0: 0.05}, 0.3, "cells"), None, None, None)
    folder = save_prediction_model(some_rules(), tmp_path)
    elsewhere = save_prediction_model(other, tmp_path / "elsewhere")
    for name in ("model.json", "manifest.json"):
        (folder / name).write_bytes((elsewhere / name).read_bytes())
    with pytest.raises(ArtifactError, match="holds the model plain_rules-"):
        load_prediction_model(tmp_path, some_rules().model_id)


def test_a_missing_model_says_how_to_have_it_again(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"No model churn-000000000000.*run its night again"):
        load_prediction_model(tmp_path, "churn-000000000000")


@pytest.mark.parametrize(
    "content", [{"kind": "other", "model": {}}, {"kind": "churn", "model": {"format": 1}}, []]
)
def test_content_of_another_kind_or_format_is_refused(tmp_path: Path, content: Any) -> None:
    folder = save_prediction_model(some_rules(), tmp_path)
    text = json.dumps(content).encode()
    (folder / "model.json").write_bytes(text)
    manifest = {"files": {"model.json": hashlib.sha256(text).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match="holds no prediction model"):
        load_prediction_model(tmp_path, some_rules().model_id)


def test_a_model_that_is_not_available_is_stored_with_its_reason(tmp_path: Path) -> None:
    nothing = (None,) * 9
    model = PurchaseProcess("mbg_nbd", *nothing, 3, 0, "not_available", "3 customers")  # type: ignore[arg-type]
    save_prediction_model(model, tmp_path)
    assert load_prediction_model(tmp_path, id_of(model)) == model
