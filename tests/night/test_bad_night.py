"""A night that fails: what stops, what stays published, what is told."""

import shutil
from collections.abc import Callable
from typing import Any

import dagster as dg
import duckdb
import pytest
from dbt.task.run import ModelRunner
from dbt_common.exceptions import DbtRuntimeError

from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.jobs import NIGHTLY
from orchestration.run_events import checks_of, materialised_in
from tests.conftest import NIGHT, Installation


def break_the_row_balance(installation: Installation, by: int) -> None:
    """Make the second reader's count of a file differ from what core holds."""
    with duckdb.connect(str(installation.home.warehouse)) as connection:
        connection.execute(
            "update raw.files set rows_in = rows_in + ? where source_table = 'transactions'", [by]
        )


def last_run_id(installation: Installation) -> str:
    with open_instance(installation.home) as instance:
        return instance.get_runs(limit=1)[0].run_id


def test_a_failed_dbt_test_stops_python_and_publish_and_leaves_the_tables_stale(
    installation: Installation,
) -> None:
    installation.night("2024-06-29")
    before = installation.published("select * from marts.customer_360 order by customer_id")
    [(good_run,)] = installation.published("select run_id from marts.run_info")
    break_the_row_balance(installation, 1)

    failed = installation.strata("run", "--as-of", NIGHT)

    assert failed.exit_code == 1
    assert "assert_landing_rows_balance" in failed.output
    assert "marked stale" in failed.output
    run_id = last_run_id(installation)
    with open_instance(installation.home) as instance:
        made = {key.to_user_string() for key in materialised_in(instance, run_id)}
        failed_checks = [c.check_name for c in checks_of(instance, run_id) if not c.passed]
    assert "raw/transactions" in made
    assert not [
        name for name in made if name.split("/")[0] in ("ml", "segments", "marts", "serving")
    ]
    assert failed_checks == ["assert_landing_rows_balance"]
    assert installation.published("select * from marts.customer_360 order by customer_id") == before
    assert installation.published(
        "select run_id, is_stale, cast(as_of_date as varchar), cast(failed_as_of_date as varchar) "
        "from marts.run_info"
    ) == [(good_run, True, "2024-06-29", NIGHT)]
    assert installation.manifest()["run_id"] == good_run

    status = installation.strata("status")
    assert status.exit_code == 1
    assert f"night of {NIGHT} failed" in status.output

    break_the_row_balance(installation, -1)
    installation.night("2024-07-01")
    assert installation.published("select is_stale, failed_at from marts.run_info") == [
        (False, None)
    ]
    kept = installation.published(
        "select check_name, passed from marts.fct_data_quality "
        f"where as_of_date = date '{NIGHT}' and not passed"
    )
    assert kept == [("assert_landing_rows_balance", False)]


@pytest.mark.long
@pytest.mark.parametrize("model", ["segment_changes", "segment_transitions"])
def test_a_night_that_broke_off_among_its_segments_is_as_if_it_had_never_been_begun(
    installation: Installation,
    new_installation: Callable[[str], Installation],
    monkeypatch: pytest.MonkeyPatch,
    model: str,
) -> None:
    installation.night("2024-06-29")
    never = new_installation("never")
    shutil.copytree(installation.home.root, never.home.root, dirs_exist_ok=True, symlinks=True)
    execute = ModelRunner.execute

    def break_off(runner: ModelRunner, compiled: Any, manifest: Any) -> Any:
        if runner.node.name == model:
            raise DbtRuntimeError("the disk is full")
        return execute(runner, compiled, manifest)

    with monkeypatch.context() as patched:
        patched.setattr(ModelRunner, "execute", break_off)
        assert installation.strata("run", "--as-of", NIGHT).exit_code == 1
        assert installation.strata("reconcile").exit_code == 1

    for each in (installation, never):
        each.night("2024-07-02")

    for table in (
        "fct_customer_segments",
        "fct_segment_changes",
        "fct_segment_history",
        "fct_segment_transitions",
        "fct_segment_profiles",
        "fct_segment_scorecard",
        "fct_feature_drift",
        "fct_model_runs where kind = 'behaviour'",
    ):
        rows = f"select * exclude (run_id) from marts.{table} order by all"
        assert installation.published(rows) == never.published(rows), table
    reconciled = installation.strata("reconcile")
    assert reconciled.exit_code == 0, reconciled.output


@pytest.mark.long
def test_publishing_alone_is_refused_because_nothing_was_built_for_it(
    installation: Installation,
) -> None:
    installation.night(NIGHT)
    before = installation.manifest()

    with open_instance(installation.home) as instance:
        job = build_definitions(installation.home).resolve_job_def(NIGHTLY)
        result = job.execute_in_process(
            instance=instance,
            partition_key=NIGHT,
            asset_selection=[dg.AssetKey(["serving", "strata"]), dg.AssetKey(["reports", "night"])],
            raise_on_error=False,
        )
        failed_checks = [c.check_name for c in checks_of(instance, result.run_id) if not c.passed]

    assert not result.success
    assert failed_checks == ["every_asset_before_it_was_materialised"]
    after = installation.manifest()
    assert after["run_id"] == before["run_id"]
    assert after["is_stale"]


def test_a_stage_that_leaves_out_an_asset_fails_instead_of_skipping_what_follows(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.assets import transform

    real = transform.invoke

    def forgetful(home, arguments, manifest):  # type: ignore[no-untyped-def]
        result = real(home, arguments, manifest)
        if result.result is not None and hasattr(result.result, "results"):
            result.result.results = [
                each for each in result.result.results if each.node.name != "customer_days"
            ]
        return result

    monkeypatch.setattr(transform, "invoke", forgetful)

    result = installation.strata("run", "--as-of", NIGHT)

    assert result.exit_code == 1
    assert "core/customer_days was not built" in result.output
    assert not (installation.home.serving / "strata.duckdb").exists()


def test_without_that_guard_dagster_leaves_a_run_green_whose_assets_were_skipped() -> None:
    """Show why the guard stands: on the pinned Dagster, an optional output skips in silence."""

    @dg.multi_asset(specs=[dg.AssetSpec("early", skippable=True)])
    def stage():  # type: ignore[no-untyped-def]
        yield from ()

    @dg.asset(deps=["early"])
    def late() -> None:
        """Never runs."""

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([stage, late], instance=instance)

    assert result.success
    assert result.get_asset_materialization_events() == []
