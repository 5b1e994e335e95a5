"""The stored prediction models of the nights whose rows are kept."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from models.outlook_tables import KINDS, PredictionModel
from models.prediction_artifacts import save_prediction_model

_FOLDER = re.compile(rf"({'|'.join(KINDS)})-[0-9a-f]{{12}}")


def store_models(models: Sequence[PredictionModel], root: Path) -> None:
    """Write tonight's models, one folder each.

    Raises
    ------
    models.artifacts.ArtifactError
        If a folder of this content's name is there and holds something else.
    """
    for model in models:
        save_prediction_model(model, root)


def drop_other_models(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Delete the models that no kept night was predicted with; clusterings stay.

    A handful of small files a night would be thousands in some years. Kept are the nights of
    `ops.kept_nights`, as for all full rows of nights.
    """
    kept = {
        model_id
        for (model_id,) in connection.execute(
            "select distinct model_id from ml.model_runs where as_of_date in "
            "(select as_of_date from ops.kept_nights union select as_of_date from ops.night)"
        ).fetchall()
    }
    if not root.exists():
        return
    for folder in root.iterdir():
        if _FOLDER.fullmatch(folder.name) and folder.name not in kept:
            shutil.rmtree(folder)
