"""Predictions of a whole night: what stops them, and what is stored of them."""

from typing import Any

import duckdb
import pandas as pd
import pytest

from models.prediction_artifacts import load_prediction_model
from orchestration import predictions
from orchestration.instance import open_instance
from orchestration.run_events import checks_of
from tests.conftest import NIGHT, Installation

KINDS = {"mbg_nbd", "bg_nbd", "gamma_gamma", "plain_rules"}


def failed_checks(installation: Installation) -> list[str]:
    with open_instance(installation.home) as instance:
        run_id = instance.get_runs(limit=1)[0].run_id
        return [check.check_name for check in checks_of(instance, run_id) if not check.passed]


def test_a_past_night_that_knows_its_future_stops_the_night(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = predictions.past_purchases

    def leaking(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        # As if the window of recent orders ended 90 days too late.
        past = real(connection)
        recent = past["order_days_92d"] + past["order_days_next_90d"]
        return past.assign(order_days_92d=recent)

    monkeypatch.setattr(predictions, "past_purchases", leaking)
    result = installation.strata("run", "--as-of", NIGHT)
    assert result.exit_code == 1
    assert failed_checks(installation) == ["no_past_night_knows_its_future"]
    assert not (installation.home.serving / "strata.duckdb").exists()


@pytest.mark.long
def test_models_of_a_night_are_stored_and_one_that_was_changed_stops_its_night(
    installation: Installation,
) -> None:
    installation.night(NIGHT)
    sql = f"select kind, model_id from marts.fct_model_runs where as_of_date = date '{NIGHT}'"
    ids: dict[str, Any] = dict(installation.published(sql))
    assert set(ids) >= KINDS
    root = installation.home.models
    for kind in KINDS:
        load_prediction_model(root, ids[kind])
    checks = installation.published(
        "select check_name, passed from marts.fct_data_quality where check_name in "
        "('no_past_night_knows_its_future', 'no_feature_alone_tells_the_outcome') order by all"
    )
    assert checks == [
        ("no_feature_alone_tells_the_outcome", True),
        ("no_past_night_knows_its_future", True),
    ]

    file = root / ids["plain_rules"] / "model.json"
    file.write_bytes(file.read_bytes().replace(b'"ratio": ', b'"ratio": 1'))
    again = installation.strata("run", "--as-of", NIGHT)
    assert again.exit_code == 1
    assert "was changed after it was written" in again.output
    assert installation.published("select is_stale from marts.run_info") == [(True,)]
