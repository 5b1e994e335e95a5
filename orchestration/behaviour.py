"""One night of the behaviour segments: which model scores it, whether a new one is learned."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from models.artifacts import save_model
from models.behaviour_model import BehaviourModel
from models.challenger import changed_features
from models.moves import with_causes
from models.profiles import profile_segments
from models.registry import REGISTRY_TYPES
from models.scoring import score
from models.segmenter import NoBehaviourModel, fit_behaviour_model
from models.separation import PastNight
from models.vocabulary import Language
from orchestration.behaviour_drift import Drift, drift_of
from orchestration.behaviour_history import (
    champion,
    drifted_long,
    model_before,
    next_champion,
    places_before,
    reason_given,
    rejected_on_drift,
)
from orchestration.behaviour_rechain import (
    forget_telling,
    has_later_nights,
    rechain,
    stored_places,
)
from orchestration.behaviour_tables import NO_MODEL, ModelRun, write_night
from orchestration.feature_frames import read_doubles
from orchestration.ml_tables import columns_of, one_transaction

# One seed for all fits: a night that is run again must learn the same model.
RANDOM_STATE = 20250101
MONDAY = 1


@dataclass(frozen=True)
class BehaviourNight:
    """What one night of behaviour segments came to.

    `model` is null if there is none that could score the night; `reason` says why then, or what
    decided it. `runs` has a row for the model that scored and one for a refit that was rejected.
    """

    model: BehaviourModel | None
    decision: str
    reason: str
    scores: pd.DataFrame
    candidates: pd.DataFrame
    runs: tuple[ModelRun, ...]


def refit_reason(
    connection: duckdb.DuckDBPyConnection,
    features: pd.DataFrame,
    as_of_date: date,
    current: BehaviourModel | None,
    drift: Drift | None,
) -> str | None:
    """Say why this night learns, or return None if it does not.

    It does without any model, on the first day of an ISO week, on other features than the model
    knows, and when drift has lasted three nights. Never "n nights since": which nights exist must
    not decide it. A refit on drift that was rejected is tried again on Monday, not every night.
    """
    if current is None:
        return "there was no model"
    changed = changed_features(current.scaler, features)
    if changed is not None:
        return changed
    if as_of_date.isoweekday() == MONDAY:
        return "refits fall on Mondays"
    lasting = (
        []
        if drift is None
        else drifted_long(
            connection,
            current.model_id,
            as_of_date,
            drifted_tonight=drift.drifted_features,
            is_far_tonight=drift.far.is_drifted,
        )
    )
    if not lasting or rejected_on_drift(connection, as_of_date) is not None:
        return None
    return f"drift for three nights running: {', '.join(lasting)}"


def run_behaviour(
    connection: duckdb.DuckDBPyConnection,
    models_folder: Path,
    features: pd.DataFrame,
    as_of_date: date,
    run_id: str,
    *,
    language: Language,
) -> BehaviourNight:
    """Learn if it is due, score, and write the night's rows of `ml`, all of them or none.

    Later nights are told anew in the same transaction: who stood elsewhere before is known as long
    as the night's earlier rows are there.

    Parameters
    ----------
    features : DataFrame (n_customers, n_features), indexed by `customer_id`
    language : of the reasons; a night that is run again tells them in the one it is given.

    Raises
    ------
    models.artifacts.ArtifactError
        If the files of the model in use are missing or were changed; nothing is written then.
    """
    registry = read_registry(connection)
    current = champion(connection, models_folder, as_of_date)
    # Of the model from before tonight, also when a night that learned one is run again.
    drift = drift_of(champion(connection, models_folder, as_of_date - timedelta(days=1)), features)
    before = places_before(connection, as_of_date)
    night = _decide(
        connection, models_folder, features, as_of_date, current, drift, registry, before, language
    )
    if night.model is not None and night.decision == "promoted":
        save_model(night.model, models_folder)
    tonights = drift
    if drift is None or night.model is None or night.model.model_id != drift.model_id:
        tonights = drift_of(night.model, features)
    is_inserted = has_later_nights(connection, as_of_date)
    stood = stored_places(connection, as_of_date) if is_inserted else None
    scores = with_causes(
        night.scores,
        features,
        before=before,
        earlier_model=model_before(connection, models_folder, as_of_date),
    )
    with one_transaction(connection):
        write_night(
            connection,
            as_of_date,
            run_id,
            model=night.model,
            runs=night.runs,
            scores=scores,
            profiles=_profiles(night, features),
            candidates=night.candidates,
            drifts=[each for each in (drift, tonights) if each is not None],
            registry=registry,
        )
        forget_telling(connection, as_of_date)
        if is_inserted and night.model is not None:
            rechain(
                connection,
                as_of_date,
                run_id,
                stood=before if stood is None else stood,
                stands=stored_places(connection, as_of_date),
            )
    return night


def read_features(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return `features.customer_behaviour` as doubles, indexed and sorted by `customer_id`."""
    names = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'features' "
            "and table_name = 'customer_behaviour' and database_name = current_database() "
            "order by column_index"
        ).fetchall()
        if name not in ("customer_id", "as_of_date")
    ]
    return read_doubles(connection, "features.customer_behaviour", names)


def read_past_night(connection: duckdb.DuckDBPyConnection) -> PastNight | None:
    """Return a sample of customers as they were 90 days ago with what they spent since, if any.

    Their table is a view: it costs what it costs only on a night that learns.
    """
    names = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'features' "
            "and table_name = 'past_customer_behaviour' and database_name = current_database() "
            "order by column_index"
        ).fetchall()
        if name not in ("customer_id", "cutoff_date")
    ]
    past = read_doubles(connection, "features.past_customer_behaviour", names) if names else None
    if past is None or past.empty:
        return None
    return PastNight(past.drop(columns="spend_next_90d"), past["spend_next_90d"])


def read_registry(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return every behaviour segment that was ever given an id."""
    rows = connection.execute("select * from ml.behaviour_segments order by segment_id").df()
    return rows[list(REGISTRY_TYPES)]


def _decide(
    connection: duckdb.DuckDBPyConnection,
    models_folder: Path,
    features: pd.DataFrame,
    as_of_date: date,
    current: BehaviourModel | None,
    drift: Drift | None,
    registry: pd.DataFrame,
    before: pd.DataFrame | None,
    language: Language,
) -> BehaviourNight:
    """Choose the model that scores the night, and give everybody a segment."""
    nobody = pd.DataFrame(columns=columns_of("cluster_candidates"))
    if current is not None and current.trained_on == as_of_date:
        # A night that is run again keeps the model it learned, and says what it said.
        reason = reason_given(connection, as_of_date, current.model_id) or "learned on this night"
        run = ModelRun.of(current, "promoted", reason)
        scores = score(current, features, before=before, language=language)
        return BehaviourNight(current, "promoted", reason, scores, nobody, (run,))
    due = refit_reason(connection, features, as_of_date, current, drift)
    if due is None:
        assert current is not None
        reason = f"scored with the model of {current.trained_on}; no refit was due"
        return _kept(current, features, before, nobody, reason, (), language)
    fitted = fit_behaviour_model(
        features,
        trained_on=as_of_date,
        random_state=RANDOM_STATE,
        previous=current,
        registry=registry,
        past=read_past_night(connection),
        namesake=None if current else next_champion(connection, models_folder, as_of_date),
    )
    if isinstance(fitted, NoBehaviourModel):
        rejected = ModelRun(NO_MODEL, "rejected", f"refit ({due}): {fitted.reason}")
        tried = fitted.candidates.assign(model_id=NO_MODEL)
        return _kept(current, features, before, tried, fitted.reason, (rejected,), language)
    tried = fitted.candidates.assign(model_id=fitted.model.model_id)
    reason = f"learned on this night ({due}): {fitted.reason}; {fitted.verdict_reason}"
    if fitted.rejection is not None:
        rejected = ModelRun.of(fitted.model, "rejected", f"{reason}; rejected: {fitted.rejection}")
        return _kept(current, features, before, tried, fitted.rejection, (rejected,), language)
    run = ModelRun.of(fitted.model, "promoted", reason)
    scores = score(fitted.model, features, before=before, language=language)
    return BehaviourNight(fitted.model, "promoted", reason, scores, tried, (run,))


def _kept(
    current: BehaviourModel | None,
    features: pd.DataFrame,
    before: pd.DataFrame | None,
    candidates: pd.DataFrame,
    reason: str,
    rejected: tuple[ModelRun, ...],
    language: Language,
) -> BehaviourNight:
    """Return a night that no new model scores: by the one in use if there is one and it can."""
    gone = [] if current is None else [n for n in current.scaler.names if n not in features.columns]
    if current is None or gone:
        why = f"{reason}; the model in use knows features that are gone: {gone}" if gone else reason
        run = ModelRun(NO_MODEL, "rejected", why)
        return BehaviourNight(None, "rejected", why, pd.DataFrame(), candidates, (run,))
    said = f"{reason}; scored with the model of {current.trained_on}" if rejected else reason
    run = ModelRun.of(current, "scored", said)
    scores = score(current, features, before=before, language=language)
    return BehaviourNight(
        current,
        "rejected" if rejected else "scored",
        reason,
        scores,
        candidates,
        (run, *rejected),
    )


def _profiles(night: BehaviourNight, features: pd.DataFrame) -> pd.DataFrame:
    if night.model is None:
        return pd.DataFrame()
    return profile_segments(features, night.scores["segment_id"], scaler=night.model.scaler)
