"""Later nights of the behaviour segments, told anew after a night was run before them."""

from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa

from models.rechaining import CHAINED, settled_again
from orchestration.behaviour_history import places_before
from orchestration.ml_tables import one_transaction

STANDING = ["segment_id", "nights_across"]


def stored_places(connection: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame | None:
    """Return where customers stand on a night by its stored rows, or None if it has none."""
    places = connection.execute(
        "select customer_id, segment_id, coalesce(nights_across, 0) as nights_across "
        "from ml.behaviour_scores where as_of_date = ?",
        [night],
    ).df()
    return None if places.empty else places.set_index("customer_id")


def has_later_nights(connection: duckdb.DuckDBPyConnection, night: date) -> bool:
    """Return whether the behaviour segments of a later night stand."""
    return bool(_nights_after(connection, night))


def rechain(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    run_id: str,
    *,
    stood: pd.DataFrame | None,
    stands: pd.DataFrame | None,
) -> list[date]:
    """Tell later nights anew, oldest first, and return those of which rows changed.

    Only customers who stand elsewhere by now than a night was reckoned from can be elsewhere on
    that night, so that it ends as soon as there are none. It also ends at a night whose full rows
    were thinned out: what it was reckoned from is gone, and so of all nights after it. The caller
    holds a transaction: a chain that was told in part could not be told to its end any more.

    Parameters
    ----------
    as_of_date : the night that was run, or taken back.
    stood : where customers stood by what the night after it was reckoned from so far: its own rows
        of before, or those of the night before it; None if nobody stood anywhere.
    stands : where they stand by what that night is reckoned from now.
    """
    moved = _moved(stood, stands)
    earlier_model = _model_up_to(connection, as_of_date)
    changed_nights = []
    for night in _nights_after(connection, as_of_date):
        if moved.empty or not _has_rows(connection, night):
            break
        rows = _rows_of(connection, night, moved)
        model = _model_up_to(connection, night)
        told = settled_again(rows, moved, has_same_model=model == earlier_model)
        was, known = rows[CHAINED].astype(object), rows[CHAINED].notna()
        is_same = (was == told[CHAINED].astype(object)) | (~known & told[CHAINED].isna())
        changed = told[~is_same.all(axis=1)]
        if len(changed):
            _update(connection, night, run_id, changed)
            changed_nights.append(night)
        moved = _moved(rows[STANDING], told[STANDING])
        earlier_model = model
    return changed_nights


def take_back_places(connection: duckdb.DuckDBPyConnection, night: date, run_id: str) -> None:
    """Take back what a night said of customers, and tell later nights anew as if it had not run.

    A model that it learned stays, for others may be scored with it.
    """
    with one_transaction(connection):
        stood, stands = stored_places(connection, night), places_before(connection, night)
        for table in ("behaviour_scores", "feature_drift"):
            connection.execute(f"delete from ml.{table} where as_of_date = ?", [night])
        of_night = "as_of_date = ? and kind = 'behaviour'"
        connection.execute(
            f"delete from ml.model_runs where {of_night} and decision <> 'promoted'", [night]
        )
        connection.execute(
            f"update ml.model_runs set is_taken_back = true where {of_night}", [night]
        )
        forget_telling(connection, night)
        if stood is not None:
            rechain(connection, night, run_id, stood=stood, stands=stands)


def forget_telling(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """Forget that earlier nights' runs told a night anew: its rows are its own again, or gone."""
    for table in ("rechained_nights", "told_anew"):
        connection.execute(f"delete from ml.{table} where as_of_date = ?", [night])


def _moved(stood: pd.DataFrame | None, now: pd.DataFrame | None) -> pd.DataFrame:
    """Return who stands elsewhere, or for another number of nights: `STANDING` and `was_in`."""
    nobody = pd.DataFrame({"segment_id": [], "nights_across": []}).astype({"segment_id": "str"})
    before, after = (nobody if each is None else each[STANDING] for each in (stood, now))
    both = after.join(before.add_suffix("_before"), how="outer")
    is_elsewhere = both["segment_id"].fillna("") != both["segment_id_before"].fillna("")
    waits_otherwise = both["nights_across"].fillna(0) != both["nights_across_before"].fillna(0)
    moved = both[is_elsewhere | waits_otherwise].rename(columns={"segment_id_before": "was_in"})
    return moved.assign(nights_across=moved["nights_across"].fillna(0))[[*STANDING, "was_in"]]


def _nights_after(connection: duckdb.DuckDBPyConnection, night: date) -> list[date]:
    rows = connection.execute(
        "select distinct as_of_date from ml.model_runs where kind = 'behaviour' "
        "and decision <> 'rejected' and trained_on is not null and as_of_date > ? "
        "and is_taken_back is not true order by 1",
        [night],
    ).fetchall()
    return [later for (later,) in rows]


def _has_rows(connection: duckdb.DuckDBPyConnection, night: date) -> bool:
    found = connection.execute(
        "select 1 from ml.behaviour_scores where as_of_date = ? limit 1", [night]
    ).fetchone()
    return found is not None


def _model_up_to(connection: duckdb.DuckDBPyConnection, night: date) -> str | None:
    """Return the model that scored a night, or the latest one before it if none did."""
    row = connection.execute(
        "select max_by(model_id, as_of_date) from ml.model_runs where kind = 'behaviour' "
        "and decision <> 'rejected' and trained_on is not null and as_of_date <= ? "
        "and is_taken_back is not true",
        [night],
    ).fetchone()
    return None if row is None else row[0]


def _rows_of(
    connection: duckdb.DuckDBPyConnection, night: date, customers: pd.DataFrame
) -> pd.DataFrame:
    connection.register("moved", pa.table({"customer_id": pa.array(list(customers.index))}))
    rows = connection.execute(
        f"select customer_id, {', '.join(CHAINED)}, border_states from ml.behaviour_scores "
        "semi join moved using (customer_id) where as_of_date = ? order by customer_id",
        [night],
    ).df()
    connection.unregister("moved")
    return rows.set_index("customer_id")


def _update(
    connection: duckdb.DuckDBPyConnection, night: date, run_id: str, rows: pd.DataFrame
) -> None:
    """Put the told rows in place of the stored ones; note who told them, and who the night last.

    The segments have yet to take them over, also if this run does not come that far.
    """
    told = rows.reset_index(names="customer_id")
    connection.register("told", pa.Table.from_pandas(told, preserve_index=False))
    values = ", ".join(f"{name} = told.{name}" for name in CHAINED)
    connection.execute(
        f"update ml.behaviour_scores as scores set {values}, run_id = ? from told "
        "where scores.as_of_date = ? and scores.customer_id = told.customer_id",
        [run_id, night],
    )
    connection.execute("delete from ml.rechained_nights where as_of_date = ?", [night])
    connection.execute("insert into ml.rechained_nights values (?, ?)", [night, run_id])
    connection.execute(
        "delete from ml.told_anew where as_of_date = ? and run_id = ?", [night, run_id]
    )
    connection.execute("insert into ml.told_anew values (?, ?)", [night, run_id])
    connection.unregister("told")
