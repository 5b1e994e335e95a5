"""The asset that copies to Postgres: there where it is set, and a warning where it cannot."""

from datetime import date

import dagster as dg
import pytest

from orchestration.assets.postgres import build_postgres
from orchestration.checks import POSTGRES_CHECK
from orchestration.database_settings import PostgresPublish
from orchestration.home import Home
from orchestration.ops_tables import create_ops_schema
from orchestration.partitions import nightly_partitions
from orchestration.publishing import current_issue
from orchestration.publishing.postgres import PostgresError
from orchestration.publishing.postgres.connection import connected, place_of
from orchestration.resources import NightHome
from orchestration.run_events import checks_of
from orchestration.settings import Settings
from orchestration.warehouse import connect

SETTINGS = "publish:\n  postgres:\n    url_env: STRATA_TEST_POSTGRES\n"
NOBODY_LISTENS = "postgresql://strata:s3cret@127.0.0.1:1/shop"


@pytest.fixture
def night(home: Home, warehouse, monkeypatch: pytest.MonkeyPatch) -> NightHome:
    """Return a home whose night 1 is published as files, and whose Postgres is down."""
    warehouse.publish(home, 1)
    home.settings_file.write_text(SETTINGS)
    monkeypatch.setenv("STRATA_TEST_POSTGRES", NOBODY_LISTENS)
    with connect(home, Settings()) as connection:
        create_ops_schema(connection)
    return NightHome(root=str(home.root))


def test_postgres_down_fails_a_check_and_not_the_night(night: NightHome, home: Home) -> None:
    published = current_issue(home)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [build_postgres(nightly_partitions(Settings()))],
            partition_key="2026-03-02",
            resources={"night": night},
            instance=instance,
        )
        [check] = checks_of(instance, result.run_id)
        events = str(instance.all_logs(result.run_id))

    assert result.success
    assert result.get_asset_materialization_events() == []
    assert (check.check_name, check.asset, check.severity, check.passed) == (
        POSTGRES_CHECK,
        "serving.postgres",
        "warn",
        False,
    )
    assert "127.0.0.1:1/shop: it cannot be reached" in events
    assert "s3cret" not in events
    assert current_issue(home) == published
    with connect(home, Settings()) as connection:
        kept = connection.execute(
            "select as_of_date, run_id, severity, passed from ops.check_results"
        ).fetchall()
    assert kept == [(date(2026, 3, 2), result.run_id, "warn", False)]


@pytest.mark.parametrize(
    "url",
    [
        NOBODY_LISTENS,
        "postgresql:/strata:s3cret@127.0.0.1:1/shop",
        "postgresql://strata:s3cr/et@127.0.0.1:1/shop",
        "strata:s3cret@127.0.0.1:1/shop",
        "postgresql://strata@127.0.0.1:1/shop?password=s3cret",
    ],
)
def test_errors_never_say_a_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_TEST_POSTGRES", url)

    with (
        pytest.raises(PostgresError) as caught,
        connected(PostgresPublish(url_env="STRATA_TEST_POSTGRES")),
    ):
        pass

    assert "s3cret" not in str(caught.value)
    assert "s3cr/et" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_place_is_host_port_and_database() -> None:
    assert place_of("postgresql://me:secret@db.example.com:5433/shop?sslmode=require") == (
        "db.example.com:5433/shop"
    )
    assert place_of("postgresql://me@/shop?host=/run/postgresql") == "its socket/shop"


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRATA_TEST_POSTGRES", raising=False)

    with (
        pytest.raises(PostgresError, match="variable STRATA_TEST_POSTGRES, which is not set"),
        connected(PostgresPublish(url_env="STRATA_TEST_POSTGRES")),
    ):
        pass
