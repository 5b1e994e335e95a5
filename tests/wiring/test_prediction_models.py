"""Stored prediction models go with the nights that they belong to."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from models.outlook_tables import id_of
from models.plain_rules import PlainRules
from models.prediction_baselines import RecencyBaseline
from orchestration.ml_tables import columns_of, create_ml_schema, replace_night
from orchestration.ops_tables import create_ops_schema
from orchestration.prediction_models import drop_other_models, store_models

NIGHTS = [date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30)]


def rules(number: int) -> PlainRules:
    return PlainRules(RecencyBaseline(float(number), 1.0), None, None, None)


def test_models_of_nights_that_are_not_kept_are_deleted_and_others_stay(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        create_ml_schema(connection)
        create_ops_schema(connection)
        for number, night in enumerate(NIGHTS):
            store_models([rules(number)], tmp_path)
            row = dict.fromkeys(columns_of("model_runs"))
            row |= {"as_of_date": night, "run_id": "r", "model_id": id_of(rules(number))}
            row |= {"kind": "plain_rules", "decision": "promoted"}
            replace_night(connection, "model_runs", night, pd.DataFrame([row]))
        connection.executemany("insert into ops.kept_nights values (?)", [[n] for n in NIGHTS[1:]])
        (tmp_path / "behaviour-0123456789ab").mkdir()
        (tmp_path / "behaviour-ba9876543210.given-up").touch()

        drop_other_models(connection, tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {
        rules(1).model_id,
        rules(2).model_id,
        "behaviour-0123456789ab",
        "behaviour-ba9876543210.given-up",
    }
