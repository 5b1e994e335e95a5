"""Whole nights with a copy in Postgres: down, brought up, in step, stale."""

import pytest

from tests.conftest import Installation
from tests.database_servers import PostgresServer

pytestmark = [pytest.mark.server, pytest.mark.long]


def test_postgres_follows_the_nights_and_never_stops_one(
    installation: Installation, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_TEST_POSTGRES", "postgresql://strata:s3cret@127.0.0.1:1/shop")
    with installation.home.settings_file.open("a") as settings:
        settings.write("publish:\n  postgres: {url_env: STRATA_TEST_POSTGRES}\n")

    assert "! Postgres at 127.0.0.1:1/shop: it cannot" in installation.night("2024-06-28")
    assert "127.0.0.1:1/shop: it cannot be reached" in installation.strata("check").output
    assert installation.strata("publish").exit_code == 1

    monkeypatch.setenv("STRATA_TEST_POSTGRES", postgres.url)
    run_info = "select as_of_date::text, is_stale, failed_as_of_date::text from marts.run_info"
    try:
        result = installation.strata("publish")
        assert result.exit_code == 0, result.output
        assert postgres.execute(run_info) == [("2024-06-28", False, None)]

        installation.night("2024-06-29")
        assert postgres.execute(run_info) == [("2024-06-29", False, None)]
        assert postgres.execute(
            "select as_of_date::text, severity, passed from marts.fct_data_quality "
            "where check_name = 'postgres_took_the_night'"
        ) == [("2024-06-28", "warn", False)]

        installation.land("transactions", "empty.csv", "")
        assert installation.strata("run", "--as-of", "2024-06-30").exit_code == 2
        assert postgres.execute(run_info) == [("2024-06-29", True, "2024-06-30")]
    finally:
        postgres.execute("drop schema if exists marts cascade")
