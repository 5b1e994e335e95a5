import hashlib
import json
from pathlib import Path

import pytest

from models.artifacts import load_model, save_model
from models.behaviour_model import BehaviourModel
from models.errors import ArtifactError
from models.segmenter import FittedBehaviour


def test_a_saved_model_comes_back_equal(tmp_path: Path, fitted: FittedBehaviour) -> None:
    folder = save_model(fitted.model, tmp_path)
    assert folder == tmp_path / fitted.model.model_id
    assert load_model(tmp_path, fitted.model.model_id) == fitted.model


def test_nothing_but_the_model_is_left_in_the_folder(
    tmp_path: Path, fitted: FittedBehaviour
) -> None:
    save_model(fitted.model, tmp_path)
    save_model(fitted.model, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [fitted.model.model_id]


def test_a_tampered_model_is_refused(tmp_path: Path, fitted: FittedBehaviour) -> None:
    file = save_model(fitted.model, tmp_path) / "model.json"
    file.write_bytes(file.read_bytes().replace(b'"population": 480', b'"population": 481'))
    with pytest.raises(ArtifactError, match="was changed after it was written"):
        load_model(tmp_path, fitted.model.model_id)


def test_a_model_tampered_together_with_its_sum_is_refused(
    tmp_path: Path, fitted: FittedBehaviour
) -> None:
    folder = save_model(fitted.model, tmp_path)
    other = fitted.model.to_json().replace(b'"population": 480', b'"population": 481')
    elsewhere = save_model(BehaviourModel.from_json(other), tmp_path / "elsewhere")
    for name in ["model.json", "manifest.json"]:
        (folder / name).write_bytes((elsewhere / name).read_bytes())
    with pytest.raises(ArtifactError, match="holds the model behaviour-"):
        load_model(tmp_path, fitted.model.model_id)


def test_a_missing_model_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="No model behaviour-x"):
        load_model(tmp_path, "behaviour-x")


def test_a_broken_manifest_is_refused(tmp_path: Path, fitted: FittedBehaviour) -> None:
    folder = save_model(fitted.model, tmp_path)
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ArtifactError, match="cannot be read"):
        load_model(tmp_path, fitted.model.model_id)


def test_a_model_of_another_format_is_refused(fitted: FittedBehaviour) -> None:
    content = json.loads(fitted.model.to_json()) | {"format": 99}
    with pytest.raises(ValueError, match="format 99"):
        BehaviourModel.from_json(json.dumps(content).encode())


def test_the_id_changes_with_the_content(fitted: FittedBehaviour) -> None:
    other = BehaviourModel.from_json(fitted.model.to_json().replace(b"2026-03-02", b"2026-03-09"))
    assert other.model_id != fitted.model.model_id


def test_a_stored_model_of_another_format_says_what_to_do(
    tmp_path: Path, fitted: FittedBehaviour
) -> None:
    folder = save_model(fitted.model, tmp_path)
    content = (json.dumps(json.loads(fitted.model.to_json()) | {"format": 99}) + "\n").encode()
    (folder / "model.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.json"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match=r"has format 99; this version reads 1 and 2.*given-up"):
        load_model(tmp_path, fitted.model.model_id)


def test_a_model_of_the_first_format_is_read_and_keeps_its_id(
    tmp_path: Path, fitted: FittedBehaviour
) -> None:
    content = json.loads(fitted.model.to_json()) | {"format": 1, "verdict": None}
    for name in ("method", "separation", "reference", "descents"):
        content.pop(name, None)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    model = BehaviourModel.from_json(text.encode())
    assert (model.method, model.separation, model.verdict) == ("kmeans", None, None)
    assert model.to_json() == text.encode()
    save_model(model, tmp_path)
    assert load_model(tmp_path, model.model_id) == model


def test_a_model_of_before_chinese_rules_is_read_and_keeps_its_id(
    fitted: FittedBehaviour,
) -> None:
    content = json.loads(fitted.model.to_json())
    old = ("segment_name", "segment_name_zh", "description", "rule_text", "recommended_action")
    for segment in content["segments"]:
        segment["name"] = {column: segment["name"][column] for column in old}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    model = BehaviourModel.from_json(text.encode())
    assert model.to_json() == text.encode()
    assert model.segments[0].name.short_rule is None
