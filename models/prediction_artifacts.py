"""Prediction models on disk: what a night's predictions follow from, for whoever asks later."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.artifacts import MODEL_FILE, read_content, write_content
from models.churn_model import ChurnModel
from models.errors import ArtifactError
from models.gamma_gamma import GammaGamma
from models.outlook_tables import KINDS, PredictionModel, id_of, kind_of
from models.plain_rules import PlainRules
from models.purchase_process import PurchaseProcess


def save_prediction_model(model: PredictionModel, root: Path) -> Path:
    """Write a model into `<root>/<model_id>/`, atomically, and return that folder.

    No night reads it: predictions are fitted anew every night. It is there to check and to compute
    again what a kept night said. A folder that is already there must hold this very model.
    """
    model_id = id_of(model)
    if (root / model_id).exists():
        load_prediction_model(root, model_id)
        return root / model_id
    return write_content(root, model_id, _to_json(model))


def load_prediction_model(root: Path, model_id: str) -> PredictionModel:
    """Read a stored model and check it against its sum and its id.

    Raises
    ------
    ArtifactError
        If the folder or a file is missing, or content, sum and id do not belong together.
    """
    folder = root / model_id
    remedy = (
        f"restore the folder {folder} from a backup, or move it away and run its night again, "
        "which writes it anew"
    )
    content = read_content(root, model_id, remedy=remedy)
    try:
        model = _from_json(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(
            f"{folder / MODEL_FILE} holds no prediction model ({error}); {remedy}"
        ) from None
    if id_of(model) != model_id:
        raise ArtifactError(f"{folder} holds the model {id_of(model)}; {remedy}")
    return model


def _to_json(model: PredictionModel) -> bytes:
    own = model.to_dict() if isinstance(model, (ChurnModel, PlainRules)) else asdict(model)
    whole = {"kind": kind_of(model), "model": own}
    return (json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _from_json(content: bytes) -> PredictionModel:
    whole: dict[str, Any] = json.loads(content)
    kind, own = whole["kind"], whole["model"]
    match kind:
        case "churn":
            return ChurnModel.from_dict(own)
        case "plain_rules":
            return PlainRules.from_dict(own)
        case "gamma_gamma":
            return GammaGamma(**own)
        case "mbg_nbd" | "bg_nbd":
            return PurchaseProcess(**own)
    raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
