"""The models of a rebuild, and the register of segments as it was before its night."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from models.artifacts import (
    copy_given_up,
    is_given_up,
    load_model,
)
from models.errors import ArtifactError
from models.registry import REGISTRY_TYPES, empty_registry, update_registry
from orchestration.behaviour_history import champion, next_champion
from orchestration.errors import InputError
from orchestration.ml_tables import replace_all
from orchestration.rebuild_copy import LIVE


def copy_models(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, as_of_date: date
) -> None:
    """Copy every stored model of the copied nights that is there, and which are done without.

    Of models that are not in use on the night only names are needed, and the register has those:
    their folders may be gone.

    Raises
    ------
    InputError
        If the model that the night is to be scored with is missing or was changed.
    """
    try:
        champion(connection, source, as_of_date - timedelta(days=1))
        if champion(connection, source, as_of_date) is None:
            next_champion(connection, source, as_of_date)
    except ArtifactError as error:
        raise InputError(f"The night cannot be rebuilt without its model. {error}") from None
    for model_id in _model_ids(connection):
        if (source / model_id).exists():
            shutil.copytree(source / model_id, target / model_id)
        if is_given_up(source, model_id):
            copy_given_up(source, target, model_id)


def replay_registry(
    connection: duckdb.DuckDBPyConnection, models_folder: Path, as_of_date: date
) -> None:
    """Write the register of learned segments as it was before a night, from the models' nights.

    The live register says of every segment when it was seen last, which a rebuilt night must not
    know. Only the first and the last night of each model matter to it. Of a model that is gone the
    live register, attached, tells what its segments are called.
    """
    nights = connection.execute(
        """
        select distinct unnest([min(as_of_date), max(as_of_date)]) as as_of_date, model_id
        from ml.model_runs
        where kind = 'behaviour' and trained_on is not null and decision <> 'rejected'
            and as_of_date < ?
        group by model_id
        order by all
        """,
        [as_of_date],
    ).fetchall()
    registry: pd.DataFrame = empty_registry()
    for night, model_id in nights:
        try:
            model = load_model(models_folder, model_id)
        except ArtifactError:
            registry = _with_lost_model(connection, registry, model_id, night)
        else:
            registry = update_registry(registry, model, as_of_date=night)
    replace_all(connection, "behaviour_segments", registry)


def _with_lost_model(
    connection: duckdb.DuckDBPyConnection, registry: pd.DataFrame, model_id: str, night: date
) -> pd.DataFrame:
    """Return the register after a night of a model of which only its profiles are left."""
    segments = {
        segment_id
        for (segment_id,) in connection.execute(
            "select distinct segment_id from ml.cluster_profiles where model_id = ?", [model_id]
        ).fetchall()
    }
    known = registry["segment_id"].isin(segments)
    registry = registry.assign(
        last_seen=registry["last_seen"].where(~known, night),
        status=["active" if is_there else "retired" for is_there in known],
    )
    live = connection.execute(
        f"select * replace (?::date as first_seen, ?::date as last_seen, 'active' as status) "
        f"from {LIVE}.ml.behaviour_segments",
        [night, night],
    ).df()
    is_new = live["segment_id"].isin(segments - set(registry["segment_id"]))
    added = live.loc[is_new, list(REGISTRY_TYPES)]
    for column in ("first_seen", "last_seen"):
        added[column] = pd.to_datetime(added[column]).dt.date
    added = added.astype(REGISTRY_TYPES)
    both = [frame for frame in (registry, added) if len(frame)]
    joined = pd.concat(both) if both else registry
    return joined.sort_values("segment_id", ignore_index=True)


def _model_ids(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the models that any copied night was scored with or promoted."""
    rows = connection.execute(
        "select distinct model_id from ml.model_runs "
        "where kind = 'behaviour' and trained_on is not null and decision <> 'rejected' "
        "order by model_id"
    ).fetchall()
    return [row[0] for row in rows]
