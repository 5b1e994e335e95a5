"""What earlier nights left for the behaviour segments: models, places of customers, drift."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from models.artifacts import is_given_up, load_model
from models.behaviour_model import BehaviourModel
from models.errors import ArtifactError
from orchestration.database import has_table

# Nights running, tonight included, on which drift must show before a refit is due.
NIGHTS_OF_DRIFT = 3


def champion(
    connection: duckdb.DuckDBPyConnection, models_folder: Path, as_of_date: date
) -> BehaviourModel | None:
    """Return the promoted model with the latest training night up to `as_of_date`.

    Raises
    ------
    models.artifacts.ArtifactError
        If that model's files are missing or were changed.
    """
    return _first_usable(connection, models_folder, "trained_on <= ?", "desc", as_of_date)


def next_champion(
    connection: duckdb.DuckDBPyConnection, models_folder: Path, as_of_date: date
) -> BehaviourModel | None:
    """Return the promoted model with the earliest training night after `as_of_date`."""
    return _first_usable(connection, models_folder, "trained_on > ?", "asc", as_of_date)


def model_before(
    connection: duckdb.DuckDBPyConnection, models_folder: Path, as_of_date: date
) -> BehaviourModel | None:
    """Return the model that scored the latest night before, or None if it cannot be had.

    It tells why customers moved, which is no reason to stop a night: that the model in use is
    whole is asked for by `champion`.
    """
    rows = connection.execute(
        "select max_by(model_id, as_of_date) from ml.model_runs where kind = 'behaviour' "
        "and decision <> 'rejected' and trained_on is not null and as_of_date < ? "
        "and is_taken_back is not true",
        [as_of_date],
    ).fetchall()
    [(model_id,)] = rows
    try:
        return None if model_id is None else load_model(models_folder, model_id)
    except ArtifactError:
        return None


def places_before(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame | None:
    """Return where customers stood on the latest night before, or None if they had no segments.

    Of a night whose full rows were thinned out, the changes tell the segments, and nobody counts
    as having been across a boundary.

    Returns
    -------
    DataFrame, indexed by `customer_id`: `segment_id`, `nights_across`.
    """
    nights = _nights_before(connection, as_of_date, 1)
    if not nights:
        return None
    places = connection.execute(
        "select customer_id, segment_id, coalesce(nights_across, 0) as nights_across "
        "from ml.behaviour_scores where as_of_date = ?",
        [nights[0]],
    ).df()
    if places.empty and has_table(connection, "segments", "segment_changes"):
        places = connection.execute(
            """
            select customer_id, max_by(to_segment_id, as_of_date) as segment_id,
                0 as nights_across
            from segments.segment_changes
            where scheme = 'behaviour' and as_of_date <= ?
            group by customer_id
            having max_by(coalesce(to_segment_id, ''), as_of_date) <> ''
            """,
            [nights[0]],
        ).df()
    return None if places.empty else places.set_index("customer_id")


def drifted_long(
    connection: duckdb.DuckDBPyConnection,
    model_id: str,
    as_of_date: date,
    *,
    drifted_tonight: set[str],
    is_far_tonight: bool,
) -> list[str]:
    """Return what has drifted tonight and on the two latest existing nights before, in words.

    Nights that exist between others count, nights that do not exist break nothing; a night that
    another model scored does.
    """
    earlier = _nights_before(connection, as_of_date, NIGHTS_OF_DRIFT - 1)
    if len(earlier) < NIGHTS_OF_DRIFT - 1:
        return []
    features, is_far = set(drifted_tonight), is_far_tonight
    for night in earlier:
        features &= {
            feature
            for (feature,) in connection.execute(
                "select feature from ml.feature_drift "
                "where as_of_date = ? and model_id = ? and is_drifted",
                [night, model_id],
            ).fetchall()
        }
        row = connection.execute(
            "select coalesce(bool_or(far_share > far_share_limit), false) from ml.model_runs "
            "where as_of_date = ? and model_id = ? and kind = 'behaviour'",
            [night, model_id],
        ).fetchone()
        is_far = is_far and row is not None and bool(row[0])
    return [*sorted(features), *(["customers far from every segment"] if is_far else [])]


def rejected_on_drift(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> date | None:
    """Return the night after this week's Monday on which a refit was rejected, if there is one."""
    monday = as_of_date - timedelta(days=as_of_date.isoweekday() - 1)
    row = connection.execute(
        "select max(as_of_date) from ml.model_runs where kind = 'behaviour' "
        "and decision = 'rejected' and as_of_date > ? and as_of_date < ?",
        [monday, as_of_date],
    ).fetchone()
    return None if row is None else row[0]


def reason_given(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, model_id: str
) -> str | None:
    """Return what a night said of a model when it was run before."""
    row = connection.execute(
        "select decision_reason from ml.model_runs where as_of_date = ? and model_id = ?",
        [as_of_date, model_id],
    ).fetchone()
    return None if row is None else row[0]


def _first_usable(
    connection: duckdb.DuckDBPyConnection,
    models_folder: Path,
    condition: str,
    direction: str,
    as_of_date: date,
) -> BehaviourModel | None:
    rows = connection.execute(
        "select distinct trained_on, model_id from ml.model_runs where kind = 'behaviour' "
        f"and decision = 'promoted' and {condition} order by trained_on {direction}, model_id",
        [as_of_date],
    ).fetchall()
    for _, model_id in rows:
        if not is_given_up(models_folder, model_id):
            return load_model(models_folder, model_id)
    return None


def _nights_before(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, count: int
) -> list[date]:
    """Return the latest existing nights before one, the latest first."""
    rows = connection.execute(
        "select distinct as_of_date from ml.model_runs where kind = 'behaviour' "
        "and is_taken_back is not true and as_of_date < ? order by as_of_date desc limit ?",
        [as_of_date, count],
    ).fetchall()
    return [night for (night,) in rows]
