"""One night of the behaviour segments: which model scores it, whether a new one is learned."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from models.artifacts import load_model, save_model
from models.behaviour_model import BehaviourModel
from models.profiles import profile_segments
from models.registry import REGISTRY_TYPES, update_registry
from models.scoring import score
from models.segmenter import FittedBehaviour, NoBehaviourModel, fit_behaviour_model
from orchestration.ml_tables import columns_of, replace_all, replace_night

# One seed for all fits: a night that is run again must learn the same model.
RANDOM_STATE = 20250101
MONDAY = 1
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class BehaviourNight:
    """What one night of behaviour segments came to.

    `model` is null if there is none that could score the night; `reason` says why then, or what
    decided it.
    """

    model: BehaviourModel | None
    decision: str
    reason: str
    scores: pd.DataFrame
    candidates: pd.DataFrame


def champion(
    connection: duckdb.DuckDBPyConnection, models_folder: Path, as_of_date: date
) -> BehaviourModel | None:
    """Return the promoted model with the latest training night up to `as_of_date`.

    Raises
    ------
    models.artifacts.ArtifactError
        If that model's files are missing or were changed.
    """
    row = connection.execute(
        """
        select model_id
        from ml.model_runs
        where kind = 'behaviour' and decision = 'promoted' and trained_on <= ?
        order by trained_on desc, model_id
        limit 1
        """,
        [as_of_date],
    ).fetchone()
    return None if row is None else load_model(models_folder, row[0])


def is_refit_due(as_of_date: date, current: BehaviourModel | None) -> bool:
    """Say whether this night learns: on the first day of an ISO week, or without any model.

    Never "n nights since": which nights exist must not decide it.
    """
    if current is None:
        return True
    return as_of_date.isoweekday() == MONDAY and current.trained_on < as_of_date


def run_behaviour(
    connection: duckdb.DuckDBPyConnection,
    models_folder: Path,
    features: pd.DataFrame,
    as_of_date: date,
    run_id: str,
) -> BehaviourNight:
    """Learn if it is due, score, and write the night's rows of `ml`.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features), indexed by `customer_id`
    """
    registry = read_registry(connection)
    current = champion(connection, models_folder, as_of_date)
    night = _decide(features, as_of_date, current, registry)
    if night.model is not None and night.decision == "promoted":
        save_model(night.model, models_folder)
    _write(connection, night, features, as_of_date, run_id, registry)
    return night


def read_features(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return `features.customer_behaviour` as doubles, indexed and sorted by `customer_id`.

    Batch by batch into one array: neither the rows as objects nor the table twice.
    """
    names = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'features' "
            "and table_name = 'customer_behaviour' and database_name = current_database() "
            "order by column_index"
        ).fetchall()
        if name not in ("customer_id", "as_of_date")
    ]
    row = connection.execute("select count(*) from features.customer_behaviour").fetchone()
    assert row is not None
    values = np.empty((len(names), row[0]), dtype=np.float64)
    ids: list[pa.Array] = []
    doubles = "".join(f', cast("{name}" as double) as "{name}"' for name in names)
    batches = connection.execute(
        f"select customer_id{doubles} from features.customer_behaviour order by customer_id"
    ).to_arrow_reader(BATCH_ROWS)
    begin = 0
    for batch in batches:
        end = begin + batch.num_rows
        ids.append(batch.column(0))
        for place, column in enumerate(batch.columns[1:]):
            # Arrow gives a null as NaN, which is what an unknown value is to the models.
            values[place, begin:end] = column.to_numpy(zero_copy_only=False)
        begin = end
    index = pd.Index(
        pd.array(pa.chunked_array(ids, type=pa.string()), dtype="str"), name="customer_id"
    )
    return pd.DataFrame(values.T, index=index, columns=names, copy=False)


def read_registry(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return every behaviour segment that was ever given an id."""
    rows = connection.execute("select * from ml.behaviour_segments order by segment_id").df()
    return rows[list(REGISTRY_TYPES)]


def _decide(
    features: pd.DataFrame,
    as_of_date: date,
    current: BehaviourModel | None,
    registry: pd.DataFrame,
) -> BehaviourNight:
    """Choose the model that scores the night."""
    nobody = pd.DataFrame(columns=columns_of("cluster_candidates"))
    if not is_refit_due(as_of_date, current):
        assert current is not None
        # A night that is run again says what it said the first time.
        trained_tonight = current.trained_on == as_of_date
        return BehaviourNight(
            current,
            "promoted" if trained_tonight else "scored",
            "learned on this night"
            if trained_tonight
            else f"scored with the model of {current.trained_on}; refits fall on Mondays",
            score(current, features),
            nobody,
        )
    fitted = fit_behaviour_model(
        features,
        trained_on=as_of_date,
        random_state=RANDOM_STATE,
        previous=current,
        registry=registry,
    )
    if isinstance(fitted, FittedBehaviour):
        return BehaviourNight(
            fitted.model,
            "promoted",
            "learned on this night",
            score(fitted.model, features),
            fitted.candidates,
        )
    assert isinstance(fitted, NoBehaviourModel)
    scores = pd.DataFrame() if current is None else score(current, features)
    return BehaviourNight(current, "rejected", fitted.reason, scores, fitted.candidates)


def _write(
    connection: duckdb.DuckDBPyConnection,
    night: BehaviourNight,
    features: pd.DataFrame,
    as_of_date: date,
    run_id: str,
    registry: pd.DataFrame,
) -> None:
    """Replace the night's rows in every table of the behaviour model."""
    model = night.model
    model_id = model.model_id if model is not None else "behaviour-none"
    if len(night.candidates):
        rows = night.candidates.assign(as_of_date=as_of_date, model_id=model_id)
        replace_night(connection, "cluster_candidates", as_of_date, rows)
    run = {
        "as_of_date": as_of_date,
        "run_id": run_id,
        "model_id": model_id,
        "kind": "behaviour",
        "trained_on": model.trained_on if model else None,
        "n_clusters": model.n_clusters if model else None,
        "verdict": model.verdict if model else None,
        "silhouette": model.silhouette if model else None,
        "stability": model.stability if model else None,
        "agreement_with_previous": model.agreement_with_previous if model else None,
        "drift_max_psi": None,
        "decision": night.decision,
        "decision_reason": night.reason,
        # They describe supervised models.
        "label": None,
        "population": None,
        "base_rate": None,
    }
    replace_night(connection, "model_runs", as_of_date, pd.DataFrame([run]), kind="behaviour")
    if model is None:
        for table in ("behaviour_scores", "cluster_profiles"):
            replace_night(connection, table, as_of_date, pd.DataFrame(columns=columns_of(table)))
        return
    scores = night.scores.reset_index(names="customer_id").assign(
        as_of_date=as_of_date, run_id=run_id, model_id=model_id
    )
    replace_night(connection, "behaviour_scores", as_of_date, scores)
    profiles = profile_segments(features, night.scores["segment_id"], scaler=model.scaler)
    replace_night(
        connection,
        "cluster_profiles",
        as_of_date,
        profiles.assign(as_of_date=as_of_date, model_id=model_id),
    )
    replace_all(
        connection,
        "behaviour_segments",
        update_registry(registry, model, as_of_date=as_of_date),
    )
