"""The rows of `ml` that one night of the behaviour segments leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from models.behaviour_model import BehaviourModel
from models.registry import update_registry
from orchestration.behaviour_drift import Drift
from orchestration.ml_tables import columns_of, put_all, put_night

# Stands for the model of a night, or of a refit, that came to none.
NO_MODEL = "behaviour-none"


@dataclass(frozen=True)
class ModelRun:
    """What was decided about one model on one night; `model` is null if there was none."""

    model_id: str
    decision: str
    reason: str
    model: BehaviourModel | None = None

    @classmethod
    def of(cls, model: BehaviourModel, decision: str, reason: str) -> "ModelRun":
        """Return the decision about a model."""
        return cls(model.model_id, decision, reason, model)


def write_night(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    *,
    model: BehaviourModel | None,
    runs: Sequence[ModelRun],
    scores: pd.DataFrame,
    profiles: pd.DataFrame,
    candidates: pd.DataFrame,
    drifts: Sequence[Drift],
    registry: pd.DataFrame,
) -> None:
    """Replace the night's rows in every table of the behaviour model; in one transaction, if any.

    The caller holds it: scores without the run that tells of them would be no night, and later
    nights that were not told anew would follow from rows that are gone.

    Parameters
    ----------
    model : what scored the night, `scores` and `profiles` its results; null if nothing could.
    candidates : what was tried on a night of learning, with the `model_id` that came of it.
    runs : the decision about each model of the night; `drifts` of those it was measured for.
    """
    night = {"as_of_date": as_of_date}
    model_id = model.model_id if model is not None else NO_MODEL
    if len(candidates):
        put_night(connection, "cluster_candidates", as_of_date, candidates.assign(**night))
    seen = {drift.model_id: drift for drift in drifts}
    run_rows = [_run_row(run, seen.get(run.model_id)) | night | {"run_id": run_id} for run in runs]
    put_night(connection, "model_runs", as_of_date, pd.DataFrame(run_rows), kind="behaviour")
    drift_rows = [
        drift.features.assign(**night, run_id=run_id, model_id=each) for each, drift in seen.items()
    ]
    _replace(connection, "feature_drift", as_of_date, drift_rows)
    descents = [
        pd.DataFrame([descent.to_dict() for descent in run.model.descents]).assign(
            **night, run_id=run_id, model_id=run.model_id
        )
        for run in runs
        if run.decision == "promoted" and run.model is not None and run.model.descents
    ]
    _replace(connection, "segment_descents", as_of_date, descents)
    told = {"run_id": run_id, "model_id": model_id}
    people = pd.DataFrame() if model is None else scores.reset_index(names="customer_id")
    put_night(connection, "behaviour_scores", as_of_date, people, same=night | told)
    _replace(
        connection,
        "cluster_profiles",
        as_of_date,
        [] if model is None else [profiles.assign(**night, model_id=model_id)],
    )
    if model is not None:
        updated = update_registry(registry, model, as_of_date=as_of_date)
        put_all(connection, "behaviour_segments", updated)


def _run_row(run: ModelRun, drift: Drift | None) -> dict[str, Any]:
    model = run.model
    return {
        "model_id": run.model_id,
        "kind": "behaviour",
        "trained_on": model.trained_on if model else None,
        "n_clusters": model.n_clusters if model else None,
        "verdict": model.verdict if model else "none",
        "silhouette": model.silhouette if model else None,
        "stability": model.stability if model else None,
        "agreement_with_previous": model.agreement_with_previous if model else None,
        "drift_max_psi": drift.max_psi if drift else None,
        "decision": run.decision,
        "decision_reason": run.reason,
        # They describe supervised models.
        "label": None,
        "population": None,
        "base_rate": None,
        "far_share": drift.far.share if drift else None,
        "far_share_limit": drift.far.limit if drift else None,
        "is_taken_back": False,
    }


def _replace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    as_of_date: date,
    frames: Sequence[pd.DataFrame],
) -> None:
    rows = pd.concat(frames) if frames else pd.DataFrame(columns=columns_of(table))
    put_night(connection, table, as_of_date, rows)
